"""Calls, from a checked request to a response and its record.

Begin with `engine.py`: `Engine.complete` is a whole call on one screen, and everything else hangs from it.
Then, in this order:

Deciding             deciding/: decide, checker, exclusions, ranking, routes, place, spreading: classify,
                     exclude, rank, without waiting; replay_state, replaying: a recorded decision made again;
                     reordering: a learned row in another order, which reranking, beside it, asks for
The call             call: its state; run: the one loop, for plain calls, streams and what is asked on the
                     way; steps: what the strategy wants tried; segment: one step under way; asking, refining:
                     a second opinion on the task; endings: the error of a call that nobody answered; leaving,
                     settling, deadline: what ends a wait, and tasks that nobody waits for any more
Guardrails           guarding/sensing: what they find before anything is decided; guards: around a call;
                     sides: who is asked in which order; inspecting: a request or an answer passes;
                     restoring: what was sealed, put back; windows: what of a stream may leave; endings:
                     the errors in which a verdict ends
One attempt          attempting/: attempts: checked again, permitted, timed; bounds: what it may ask for;
                     concurrency, limiter, lines: its slot; limits: its time; provider_stream: what it
                     reads; silence: what leaves it holds no secret; unhurried: large answers, in a thread;
                     contents, served: whether its answer is of use, and who gave it; embedding: vectors in
                     place of one; call_log: what a log has to have first; grounds: the rules behind a
                     decision, for the log; recorder: how it ended, written down once, before its
                     observers: health, and budgeting, which asks budget_sources, too;
                     shared_budgeting: the same, counted with other processes, of which allotments
                     hold room for several attempts ahead
Several at once      races, race: who starts when, who wins, and that the others have left
Ensembles            panels: who of an ensemble's members may be asked; ensembles: one as the configuration
                     has it; arbitration: an arbiter rules, and what becomes of that; jury: the models
                     that it asks; rulings: what it must keep to; progress: what a stream tells of it
Cascades             cascades: who of a cascade's steps may be asked, and what they may cost; checks: how
                     sure a verifier is of an answer
In steps             streaming: what the caller reads; rescue: what may follow when a stream breaks. One
                     answer is made of the deltas beside the engine, in interlock/fold.py
Written down         writer, record_writer, log_writer, ledger_writer: records, the log and what is counted
                     of budgets, beyond the process; tracing, traces: spans
Around it            loops, bridge, sync_streaming: synchronous calls on one loop in a background thread;
                     sharing: health, with other processes; limiting: the limits that attempts wait at,
                     by itself or with other processes

Nothing here knows a vendor or a plugin by its name: `assembly` hands both in.
"""

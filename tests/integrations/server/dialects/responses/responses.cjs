// Asks an endpoint for Responses as JavaScript's clients do: `responses.cjs PACKAGES/ CLIENT BASE_URL`. What came of
// it is one line of JSON on standard output.
"use strict";
const { createRequire } = require("node:module");

const [packages, client, baseURL] = process.argv.slice(2);
const load = createRequire(packages);
const apiKey = "none";
const PLACE = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const ASKED = "Use a tool: the weather in 'Rome'?";

async function openai() {
  const { default: OpenAI } = load("openai");
  const api = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const plain = await api.responses.create({ model: "auto", input: "Hello." });
  const stream = api.responses.stream({ model: "auto", input: "Hello." });
  const pieces = [];
  stream.on("response.output_text.delta", (event) => pieces.push(event.delta));
  const streamed = await stream.finalResponse();
  const refused = await api.responses
    .create({ model: "auto", input: "Hello.", previous_response_id: "resp_1" })
    .catch((error) => [error.status, error.code, error.param]);
  return {
    plain: [plain.output_text, plain.status, plain.usage.total_tokens],
    streamed: [streamed.output_text, streamed.usage.total_tokens, pieces.join("")],
    refused,
  };
}

async function ai() {
  const { generateText, streamText, tool, jsonSchema, stepCountIs, Output } = load("ai");
  const { createOpenAI } = load("@ai-sdk/openai");
  const model = createOpenAI({ baseURL, apiKey }).responses("auto");
  const own = { store: false, reasoningEffort: "low", forceReasoning: true };
  const common = { model, maxRetries: 0, providerOptions: { openai: own } };
  const plain = await generateText({ ...common, prompt: "Hello." });
  const execute = async ({ city }) => `Sun in ${city}.`;
  const tools = { get_weather: tool({ description: "Weather.", inputSchema: jsonSchema(PLACE), execute }) };
  const run = streamText({ ...common, tools, prompt: ASKED, stopWhen: stepCountIs(3) });
  const pieces = [];
  for await (const piece of run.textStream) pieces.push(piece);
  const steps = await run.steps;
  const made = await generateText({ ...common, prompt: "Where?", output: Output.object({ schema: jsonSchema(PLACE) }) });
  return {
    plain: [plain.text, plain.finishReason],
    looped: [steps.length, pieces.join(""), steps[0].toolCalls.map((call) => call.input)],
    thought: steps[0].reasoningText ?? "",
    made: made.output,
  };
}

({ openai, ai })[client]()
  .then((told) => process.stdout.write(JSON.stringify(told) + "\n"))
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });

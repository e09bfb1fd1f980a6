// Asks an endpoint as JavaScript's clients do: `chat_clients.cjs PACKAGES/ CLIENT BASE_URL KEY`. What came of it is
// one line of JSON on standard output.
"use strict";
const { createRequire } = require("node:module");

const [packages, client, baseURL, apiKey] = process.argv.slice(2);
const load = createRequire(packages);
const PARAMETERS = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const ADDED = { a: "number", b: "number" };

async function openai() {
  const { default: OpenAI } = load("openai");
  const api = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const messages = [{ role: "user", content: "Say hello." }];
  const plain = await api.chat.completions.create({ model: "auto", messages });
  const run = api.chat.completions.stream({ model: "auto", messages, stream_options: { include_usage: true } });
  const pieces = [];
  run.on("content", (piece) => pieces.push(piece));
  const streamed = await run.finalChatCompletion();
  const tools = [{ type: "function", function: { name: "magic", parameters: sums() } }];
  const asked = [{ role: "user", content: "What is the value of magic_function(3)? Use the tool." }];
  const calling = await api.chat.completions.create({ model: "auto", messages: asked, tools, tool_choice: "required" });
  const called = calling.choices[0].message;
  const results = called.tool_calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "5" }));
  const after = await api.chat.completions.create({ model: "auto", messages: [...asked, called, ...results], tools });
  const stream = api.chat.completions.stream({ model: "auto", messages: asked, tools, tool_choice: "required" });
  const folded = (await stream.finalChatCompletion()).choices[0];
  const models = [];
  for await (const each of api.models.list()) models.push(each.id);
  return {
    plain: [plain.choices[0].message.content, plain.choices[0].finish_reason, plain.usage.total_tokens],
    streamed: [streamed.choices[0].message.content, streamed.usage.total_tokens, pieces.join("")],
    called: [called.tool_calls[0].function, calling.choices[0].finish_reason],
    folded: [folded.message.tool_calls[0].function, folded.finish_reason],
    after: after.choices[0].message.content,
    models,
    unknown: await api.chat.completions.create({ model: "nobodys", messages }).catch((error) => [error.status, error.code]),
  };
}

async function ai() {
  const { generateText, streamText, generateObject, tool, jsonSchema, stepCountIs } = load("ai");
  const { createOpenAICompatible } = load("@ai-sdk/openai-compatible");
  const provider = createOpenAICompatible({
    name: "interlock",
    baseURL,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const model = provider("auto");
  const prompt = "Say hello.";
  const plain = await generateText({ model, prompt, maxRetries: 0 });
  const run = streamText({ model, prompt, maxRetries: 0 });
  const pieces = [];
  for await (const piece of run.textStream) pieces.push(piece);
  const tools = {
    magic: tool({ inputSchema: jsonSchema(sums()), execute: async ({ a, b }) => String(a + b) }),
  };
  const asked = "What is the value of magic_function(3)? Use the tool.";
  const looped = await generateText({ model, prompt: asked, tools, stopWhen: stepCountIs(3), maxRetries: 0 });
  const stream = streamText({ model, prompt: asked, tools, stopWhen: stepCountIs(3), maxRetries: 0 });
  for await (const _ of stream.fullStream);
  const made = await generateObject({ model, prompt: "Where?", schema: jsonSchema(PARAMETERS), maxRetries: 0 });
  return {
    plain: [plain.text, plain.finishReason, plain.usage.totalTokens],
    streamed: [await run.text, await run.finishReason, (await run.usage).totalTokens, pieces.join("")],
    looped: [looped.steps.length, looped.text, looped.steps[0].toolCalls.map((call) => call.input)],
    folded: [(await stream.steps).length, await stream.text, (await stream.steps)[0].toolCalls.map((call) => call.input)],
    made: made.object,
  };
}

function sums() {
  const properties = Object.fromEntries(Object.entries(ADDED).map(([name, type]) => [name, { type }]));
  return { type: "object", properties, required: Object.keys(ADDED) };
}

({ openai, ai })[client]()
  .then((told) => process.stdout.write(JSON.stringify(told) + "\n"))
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });

// Anthropic's package for Node: a plain message, a stream, a loop of tools. Prints what passed.

const [module, baseURL] = process.argv.slice(2);
const { default: Anthropic } = await import(module);
const client = new Anthropic({ apiKey: "none-is-asked-for", baseURL, maxRetries: 0 });
const asked = { model: "auto", max_tokens: 2048, messages: [{ role: "user", content: "Hello" }] };
const tools = [
  {
    name: "get_weather",
    description: "Says how the weather is.",
    input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];
const text = (message) => message.content.map((block) => block.text ?? "").join("");
const passed = [];

const plain = await client.messages.create(asked);
if (text(plain) && plain.usage.input_tokens) passed.push("plain");

let heard = "";
const stream = client.messages.stream(asked).on("text", (piece) => (heard += piece));
if (text(await stream.finalMessage()) === heard && heard === text(plain)) passed.push("stream");

const messages = [{ role: "user", content: "What is the weather in 'Paris'?" }];
const thinking = { type: "adaptive" };
const first = await client.messages.stream({ ...asked, messages, tools, thinking }).finalMessage();
const call = first.content.find((block) => block.type === "tool_use");
messages.push({ role: "assistant", content: first.content });
messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "18" }] });
const told = await client.messages.stream({ ...asked, messages, tools, thinking }).finalMessage();
if (call.input.city === "Paris" && text(told).includes("18")) passed.push("tools");

try {
  await client.messages.create({ ...asked, model: "no-such-model" });
} catch (error) {
  if (error instanceof Anthropic.NotFoundError && error.requestID) passed.push("error");
}
const { input_tokens } = await client.messages.countTokens({ model: "auto", messages });
if (input_tokens > 0) passed.push("count");
console.log(`${passed.length} of 5: ${passed.join(", ")}`);

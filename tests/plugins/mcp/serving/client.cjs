// A client of the MCP project's TypeScript SDK. It prints, as JSON, what a server offers and what calls come to.
const { createRequire } = require("node:module");

const [packages, revision, key, ...there] = process.argv.slice(2);
const found = createRequire(`${packages}/`);
const { Client, StreamableHTTPClientTransport } = found("@modelcontextprotocol/client");
const { StdioClientTransport } = found("@modelcontextprotocol/client/stdio");

function transport() {
  if (there[0].startsWith("http")) {
    return new StreamableHTTPClientTransport(new URL(there[0]), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    });
  }
  const [command, ...args] = there;
  return new StdioClientTransport({ command, args, env: { ...process.env }, stderr: "inherit" });
}

async function called(client, name, args, options) {
  try {
    return await client.callTool({ name, arguments: args }, options);
  } catch (error) {
    return { code: error.code, message: error.message };
  }
}

async function main() {
  const mode = revision === "legacy" ? "legacy" : { pin: revision };
  const client = new Client({ name: "other", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(transport());
  const { tools } = await client.listTools();
  const heard = [];
  const onprogress = ({ progress }) => heard.push(progress);
  const told = {
    tools,
    look: await called(client, "look", {}),
    burn: await called(client, "burn", { approved: true }),
    order: await called(client, "order", { item: "ink" }),
    ask: await called(client, "ask", { prompt: "Hello" }, { onprogress }),
    nothing: await called(client, "nothing", {}),
    heard,
  };
  await client.close();
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

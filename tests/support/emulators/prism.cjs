// Holds requests against OpenAPI documents, with the validator of Stoplight's Prism, and answers what they
// declare. Each line of standard input is a JSON object: {"document": FILE} serves that document, in place of
// the one before, and {"method", "path", "media", "all"} makes up arguments of one of its operations. Each
// answer is one line.
const { createRequire } = require("node:module");
const readline = require("node:readline");

const load = createRequire(process.argv[2]);
const { createServer } = load("@stoplight/prism-http-server");
const { getHttpOperationsFromSpec } = load("@stoplight/prism-http");
const { createLogger } = load("@stoplight/prism-core");
const inside = createRequire(load.resolve("@stoplight/prism-http"));
const { JSONSchemaFaker } = inside("json-schema-faker");
const { stripReadOnlyProperties } = inside("./utils/filterRequiredProperties");
const seedrandom = inside("seedrandom");
const Ajv = inside("ajv").default;
const addFormats = inside("ajv-formats").default;

const ajv = new Ajv({ strict: false, logger: false });
addFormats(ajv);
const validate = (schema, said) => said !== undefined && ajv.compile(schema)(said);

for (const [format, said] of [["binary", "bytes"], ["byte", "Ynl0ZXM="], ["url", "https://example.com/a"]]) {
  JSONSchemaFaker.format(format, () => said);
}

let server = null;
let operations = [];

async function serve(document) {
  if (server !== null) await server.close().catch(() => {});
  server = null;
  operations = await getHttpOperationsFromSpec(document);
  const config = {
    isProxy: false,
    validateRequest: true,
    validateResponse: true,
    checkSecurity: true,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false },
  };
  const logger = createLogger("mock", { enabled: false });
  server = createServer(operations, { cors: false, config, components: { logger } });
  const address = await server.listen(0, "127.0.0.1");
  return { port: Number(new URL(address).port), operations: operations.length };
}

// An example of the document's where it has one that its schema takes, else a value that it takes.
function value(node, bundled) {
  const made = stripReadOnlyProperties(node.schema ?? { type: "string" });
  const written = JSON.stringify(made._tag === "Some" ? made.value : {});
  // Of Swagger 2, a type that no JSON schema has.
  const schema = { ...JSON.parse(written.replaceAll('"type":"file"', '"type":"string"')), __bundled__: bundled };
  const examples = (node.examples ?? []).map((each) => each.value).filter((each) => each !== undefined && each !== "");
  const example = examples.find((each) => fits(schema, each));
  if (example !== undefined) return example;
  let said = null;
  for (const [useExamplesValue, useDefaultValue] of [[true, true], [false, true], [false, false]]) {
    JSONSchemaFaker.option({ useExamplesValue, useDefaultValue });
    said = JSONSchemaFaker.generate(structuredClone(schema));
    if (said !== "" && fits(schema, said)) return said;
  }
  return said === "" ? "a" : (said ?? null);
}

function fits(schema, said) {
  try {
    return validate(schema, said);
  } catch {
    return true;
  }
}

function fill({ method, path, media, all }) {
  const found = operations.find((each) => each.method === method && each.path === path);
  if (found === undefined) return { error: "no such operation" };
  JSONSchemaFaker.option({
    random: seedrandom(`${method} ${path}`),
    failOnInvalidTypes: false,
    failOnInvalidFormat: false,
    ignoreMissingRefs: true,
    fillProperties: false,
    requiredOnly: !all,
    alwaysFakeOptionals: all,
    optionalsProbability: all ? 1 : false,
    fixedProbabilities: all,
    refDepthMax: 2,
    minItems: 1,
    maxItems: 2,
    minLength: 1,
    maxLength: 60,
  });
  const request = found.request ?? {};
  const parameters = {};
  for (const place of ["path", "query", "headers", "cookie"]) {
    for (const each of request[place] ?? []) {
      if (all || each.required || place === "path") {
        parameters[`${place === "headers" ? "header" : place} ${each.name}`] = value(each, found.__bundled__);
      }
    }
  }
  const contents = request.body?.contents ?? [];
  const content = contents.find((each) => each.mediaType.toLowerCase().startsWith(media ?? "")) ?? contents[0];
  const demanded = request.body?.required || content?.schema?.required?.length > 0;
  const body = content !== undefined && (all || demanded) ? value(content, found.__bundled__) : null;
  return { parameters, body, media: content?.mediaType ?? null };
}

async function answer(asked) {
  try {
    return asked.document === undefined ? fill(asked) : await serve(asked.document);
  } catch (error) {
    return { error: String(error?.message ?? error).slice(0, 500) };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
  process.exit(0);
})();

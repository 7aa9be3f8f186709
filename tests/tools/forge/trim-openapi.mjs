// Cuts GitHub's description of its interface down to the paths that acp calls: the whole one takes prism ten seconds to load.
// Usage: node trim-openapi.mjs api.github.com.json OUT
import { readFileSync, writeFileSync } from "node:fs";

const [source, target] = process.argv.slice(2);
const description = JSON.parse(readFileSync(source, "utf8"));

const repository = "^/repos/\\{owner\\}/\\{repo\\}";
const wanted = [
  `${repository}$`,
  `${repository}/(issues|pulls|labels|statuses|check-runs|branches|collaborators|rules)(/|$)`,
  `${repository}/commits/\\{ref\\}/(status|statuses|check-runs)$`,
  `${repository}/git/refs?(/|$)`,
  "^/(user|users/\\{username\\}|rate_limit|meta|zen)$",
].map((pattern) => new RegExp(pattern));
description.paths = Object.fromEntries(
  Object.entries(description.paths).filter(([path]) => wanted.some((pattern) => pattern.test(path))),
);
// A branch has slashes in its name, which no parameter of a path matches: one way for each number of them.
const names = ["folder", "ref"].map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
for (const kind of ["ref", "refs"]) {
  const { parameters, ...calls } = description.paths[`/repos/{owner}/{repo}/git/${kind}/{ref}`] ?? {};
  for (const way of ["heads/{ref}", "heads/{folder}/{ref}"]) {
    const own = names.filter(({ name }) => way.includes(`{${name}}`));
    const copies = Object.entries(calls).map(([method, call]) => {
      const others = (call.parameters ?? []).filter((one) => one.name !== "ref" && !one.$ref?.endsWith("/git-ref"));
      return [method, { ...call, parameters: [...others, ...own] }];
    });
    description.paths[`/repos/{owner}/{repo}/git/${kind}/${way}`] = Object.fromEntries(copies);
  }
}
// GraphQL is no part of the description: only that it is asked for with a query, and answers an object.
const json = (schema) => ({ content: { "application/json": { schema } } });
description.paths["/graphql"] = {
  post: {
    requestBody: {
      required: true,
      ...json({
        type: "object",
        required: ["query"],
        properties: { query: { type: "string" }, variables: { type: "object" } },
        additionalProperties: false,
      }),
    },
    responses: { 200: { description: "Whatever was asked for", ...json({ type: "object" }) } },
  },
};
delete description["x-webhooks"];
delete description.webhooks;

// Only the components that are reached from the paths.
const reached = new Set();
const ahead = [description.paths];
while (ahead.length > 0) {
  const node = ahead.pop();
  if (node === null || typeof node !== "object") continue;
  const reference = node.$ref;
  if (typeof reference === "string" && reference.startsWith("#/components/") && !reached.has(reference)) {
    reached.add(reference);
    const [, , kind, name] = reference.split("/");
    ahead.push(description.components[kind][name]);
  }
  ahead.push(...Object.values(node));
}
for (const [kind, entries] of Object.entries(description.components)) {
  description.components[kind] = Object.fromEntries(
    Object.entries(entries).filter(([name]) => reached.has(`#/components/${kind}/${name}`)),
  );
}

// prism refuses to compile a schema that is `nullable` without a `type` and then silently checks no body of that call.
let rewritten = 0;
const allowNull = (node) => {
  if (node === null || typeof node !== "object") return;
  if (node.nullable === true && !("type" in node)) {
    delete node.nullable;
    rewritten += 1;
    const alternatives = node.oneOf ?? node.anyOf;
    if (alternatives) {
      alternatives.push({ enum: [null] });
    } else if (node.allOf) {
      node.anyOf = [{ allOf: node.allOf }, { enum: [null] }];
      delete node.allOf;
    }
  }
  Object.values(node).forEach(allowNull);
};
allowNull(description);

if (Object.keys(description.paths).length < 40 || rewritten === 0) {
  console.error(`${source} is not the description that this was written for`);
  process.exit(1);
}
writeFileSync(target, JSON.stringify(description));
console.log(`${Object.keys(description.paths).length} paths, ${rewritten} schemas rewritten`);

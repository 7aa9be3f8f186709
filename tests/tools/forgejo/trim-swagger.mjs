// Cuts Forgejo's description down to what acp calls, with paths as they are asked for: prism does not read `basePath`.
// Usage: node trim-swagger.mjs swagger.v1.json OUT
import { readFileSync, writeFileSync } from "node:fs";

const [source, target] = process.argv.slice(2);
const description = JSON.parse(readFileSync(source, "utf8"));

const repository = "^/repos/\\{owner\\}/\\{repo\\}";
const wanted = [
  `${repository}$`,
  `${repository}/(issues|pulls|labels|statuses|commits|assignees|branches|collaborators|git)(/|$)`,
  "^/orgs/\\{org\\}/labels$",
  "^/(user|version)$",
].map((pattern) => new RegExp(pattern));
const prefix = description.basePath;
description.paths = Object.fromEntries(
  Object.entries(description.paths)
    .filter(([path]) => wanted.some((pattern) => pattern.test(path)))
    .map(([path, calls]) => [prefix + path, calls]),
);
delete description.basePath;

if (prefix !== "/api/v1" || Object.keys(description.paths).length < 40) {
  console.error(`${source} is not the description that this was written for`);
  process.exit(1);
}
writeFileSync(target, JSON.stringify(description));
console.log(`${Object.keys(description.paths).length} paths`);

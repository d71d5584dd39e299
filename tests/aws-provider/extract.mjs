#!/usr/bin/env node
// Writes schema.json: the schema of the types of hashicorp/aws that infra/ uses.
//
// It reads the npm package @cdktn/provider-aws, which is made from the provider's own schema: names, types, who
// sets an attribute, blocks and how many of them there may be. The package does not say which attributes are
// sensitive, so the extract does not either.
//
//     npm pack @cdktn/provider-aws@25.7.0 && tar xzf cdktn-provider-aws-25.7.0.tgz
//     node tests/aws-provider/extract.mjs package > tests/aws-provider/schema.json

import { readFileSync } from "node:fs";

const VERSION = "6.66.0";

const RESOURCES = [
  "apigatewayv2_api", "apigatewayv2_api_mapping", "apigatewayv2_authorizer", "apigatewayv2_domain_name",
  "apigatewayv2_integration", "apigatewayv2_route", "apigatewayv2_stage", "cloudwatch_dashboard",
  "cloudwatch_event_rule", "cloudwatch_event_target", "cloudwatch_log_group", "cloudwatch_metric_alarm",
  "dynamodb_table", "iam_role", "iam_role_policy", "lambda_function", "lambda_permission",
];
const DATA_SOURCES = ["caller_identity", "partition", "region"];

const [directory] = process.argv.slice(2);
if (!directory) {
  console.error("Name the directory of the unpacked package @cdktn/provider-aws.");
  process.exit(1);
}

const pascal = (name) => name.split(/[_-]/).map((word) => word[0].toUpperCase() + word.slice(1)).join("");

/** The TypeScript of a module, which lies in the source map of its JavaScript. */
function source(module) {
  const text = readFileSync(`${directory}/lib/${module}/index.js`, "utf8");
  const map = text.match(/sourceMappingURL=data:application\/json;base64,(.*)/)[1];
  const typescript = JSON.parse(Buffer.from(map, "base64")).sourcesContent[0];
  if (!typescript.includes(`/${VERSION}/docs`)) throw new Error(`${module} is not of version ${VERSION}`);
  return typescript;
}

/** The bodies of the classes by name, and of the functions that write blocks, by the name of the block's type. */
function parts(typescript) {
  const classes = new Map();
  for (const [, name, body] of typescript.matchAll(/^export class (\w+) extends [^{]*\{\n([\s\S]*?)^\}/gm)) {
    classes.set(name, body);
  }
  const written = new Map();
  for (const [, name, body] of typescript.matchAll(/^export function (\w+)ToHclTerraform\([^\n]*\n([\s\S]*?)^\}/gm)) {
    written.set(name.toLowerCase(), body);
  }
  return { classes, written };
}

/** How each name is written in HCL: as a block or not, and in which collection. */
function forms(body) {
  const found = new Map();
  const pattern = /^ +(\w+): \{\n +value: [^\n]*\n +isBlock: (\w+),\n +type: "(\w+)",\n +storageClassType: "(\w+)",/gm;
  for (const [, name, isBlock, type, stored] of (body ?? "").matchAll(pattern)) {
    found.set(name, { isBlock: isBlock === "true", type, stored });
  }
  return found;
}

const SCALARS = { String: "string", Number: "number", Boolean: "bool" };

/** The type of an attribute, in Terraform's JSON notation, by how it is read. */
function plainType(text, form) {
  const [, how] = text.match(/this\.get(\w+)Attribute\(/) ?? [];
  if (SCALARS[how]) return SCALARS[how];
  const isSet = form?.type === "set" || text.includes("Fn.tolist(");
  if (how === "List") return [isSet ? "set" : "list", "string"];
  if (how === "NumberList") return [isSet ? "set" : "list", "number"];
  if (how === "StringMap") return ["map", "string"];
  throw new Error(`no type in: ${text}`);
}

function mode({ computed, optional, required }) {
  if (required) return "required";
  return computed ? (optional ? "optional_computed" : "computed") : "optional";
}

function block(found, className, tables) {
  const result = { attributes: {}, blocks: {} };
  const body = found.classes.get(className);
  const pieces = body.split(/^ {2}\/\/ (?=\w+ - computed: )/m).slice(1);
  for (const piece of pieces) {
    const [, name, ...flags] = piece.match(/^(\w+) - computed: (\w+), optional: (\w+), required: (\w+)/);
    const [computed, optional, required] = flags.map((flag) => flag === "true");
    const set = mode({ computed, optional, required });
    const form = tables.get(name);
    const nested = piece.match(/new (\w+)\(this, "\w+"(?:, (true|false))?\)/);
    if (!nested) {
      result.attributes[name] = { type: plainType(piece, form), mode: set };
      continue;
    }
    const inner = nestedBlock(found, nested[1]);
    if (!form?.isBlock || computed) {
      const collection = form?.type ?? (nested[2] === "true" ? "set" : "list");
      result.attributes[name] = { type: [collection, objectType(inner)], mode: set };
      continue;
    }
    const single = nested[1].endsWith("OutputReference");
    const nesting = form.type === "struct" ? "single" : form.type;
    const limits = nesting === "single" ? {} : { min: required ? 1 : 0, max: single ? 1 : 0 };
    result.blocks[name] = { nesting, ...limits, ...inner };
  }
  return result;
}

function nestedBlock(found, className) {
  const type = className.replace(/(OutputReference|List|Map)$/, "");
  return block(found, `${type}OutputReference`, forms(found.written.get(type.toLowerCase())));
}

/** The type of the objects of an attribute that is computed, or written like a block. */
function objectType({ attributes, blocks }) {
  const types = Object.entries(attributes).map(([name, attribute]) => [name, attribute.type]);
  for (const [name, inner] of Object.entries(blocks)) types.push([name, [inner.nesting, objectType(inner)]]);
  return ["object", Object.fromEntries(types.sort())];
}

function schema(module, className) {
  const found = parts(source(module));
  return block(found, className, forms(found.classes.get(className)));
}

const STORED = {
  string: "string", number: "number", boolean: "bool", stringMap: ["map", "string"], stringList: ["list", "string"],
};

/** The provider's own block. The package does not say more of it than names and types, and all of it is optional. */
function configuration(found, tables) {
  const result = { attributes: {}, blocks: {} };
  for (const [name, form] of tables) {
    // Terraform's own, of every provider.
    if (name === "alias") continue;
    if (!form.isBlock) {
      const type = STORED[form.stored];
      if (!type) throw new Error(`no type for ${form.stored}`);
      result.attributes[name] = { type: form.type === "set" ? ["set", type[1]] : type, mode: "optional" };
      continue;
    }
    const inner = forms(found.written.get(form.stored.replace(/List$/, "").toLowerCase()));
    result.blocks[name] = { nesting: form.type, min: 0, max: 0, ...configuration(found, inner) };
  }
  return result;
}

function providerBlock() {
  const found = parts(source("provider"));
  return configuration(found, forms(found.classes.get("AwsProvider")));
}

const resources = RESOURCES.map((name) => [`aws_${name}`, schema(name.replaceAll("_", "-"), pascal(name))]);
const data = DATA_SOURCES.map((name) => {
  return [`aws_${name}`, schema(`data-aws-${name.replaceAll("_", "-")}`, `DataAws${pascal(name)}`)];
});
const extract = {
  provider: `registry.terraform.io/hashicorp/aws ${VERSION}`,
  configuration: providerBlock(),
  resources: Object.fromEntries(resources),
  data_sources: Object.fromEntries(data),
};
process.stdout.write(`${JSON.stringify(extract, null, 1)}\n`);

// Configurations with one thing wrong in each.

const version = (more, top = "") => `${top}versions:\n  v1: {backend: 127.0.0.1:9001, contract: openapi-v1.yaml${more ? `, ${more}` : ""}}\n`;
const top = (more) => version("", `${more}\n`);

// Refused by ajv with `vane schema` and by `vane check`.
export const wrong = [
	"versions: [v1]\n",
	"listen: ':8080'\n",
	version("bakend: 127.0.0.1:1"),
	version("depreciated: 2026-01-01"),
	version("deprecated: soon"),
	version("sunset: 2026-13"),
	version("after_sunset: vanish"),
	version("validate: {requests: block}"),
	version("validate: {max_body: 1}"),
	version("validate: {max_body: 1 mebibyte}"),
	version("validate: {sample: 5}"),
	version("operations: {createOrder: {validate: {responses: maybe}}}"),
	version("operations: {createOrder: {canary: 5%}}"),
	version("canary: {backend: 127.0.0.1:9002, weight: 5}"),
	version("brownouts: [{at: 2027-03-01T14:00Z}]"),
	top("format: 2"),
	top("format: one"),
	top("listn: ':8080'"),
	top("listen: 8080"),
	top("listen: [':8080', {port: 1}]"),
	top("workers: 0"),
	top("workers: many"),
	top("limits: {connections: 0}"),
	top("limits: {connections: 1.5}"),
	top("limits: {headers: 100000}"),
	top("limits: {header_byte: 1KiB}"),
	top("timeouts: {idle: 75}"),
	top("timeouts: {idle: 75 parsecs}"),
	top("drain: {delay: [5s]}"),
	top("drain: 5s"),
	top("log: {level: loud}"),
	top("usage: {keep: forever}"),
	top("admin: {listen: nowhere}"),
	top("tls: {min_version: '1.0'}"),
	top("select: {from: [{path: /v<major>}], missing: [reject]}"),
	top("validate: {formats: perhaps}"),
	top("validate: report"),
	top("consumers: {max: -1}"),
];

// Refused by `vane check` alone, each with the reason why a JSON Schema cannot say it.
export const unsaid = [
	["two keys compared", version("deprecated: 2027-06-30, sunset: 2026-06-30")],
	["whether a name is one of another mapping's keys", version("successor: v9")],
	["a day that a month does not have", version("deprecated: 2026-02-30")],
	["the size that a text with a unit stands for", top("limits: {header_bytes: 1B}")],
	["a port's range in an address", top("listen: '127.0.0.1:70000'")],
	["what a file holds", version("", "").replace("openapi-v1.yaml", "nowhere.yaml")],
	["a key that is required only where another is not there: the tables of keys have no row for that",
		"versions: {v1: {contract: openapi-v1.yaml}}\n"],
	["two names of one key", "versions:\n  v1: {backend: {address: 127.0.0.1:1, addresses: [127.0.0.1:2]}}\n"],
	["a variable that is not set", top("api: ${VANE_SURELY_NOT_SET}")],
];

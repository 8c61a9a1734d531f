// Where the two differ and the specification is on vane's side: the other validator is handed a schema that says the
// same and that it gets right, so that the rest of the schema is still compared.

// 2019-09, 9.3.1.3: unevaluatedItems goes by `items`, `additionalItems` and itself. `contains` counts from 2020-12 on
// (11.2); hyperjump counts it in both. A double `not` keeps the assertion and drops what it would mark.
function unmarked(schema) {
	if (Array.isArray(schema)) return schema.map(unmarked);
	if (!schema || typeof schema !== "object") return schema;
	const { contains, minContains, maxContains, ...rest } = schema;
	const out = Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, LITERAL.has(k) ? v : unmarked(v)]));
	if (contains === undefined) return out;
	const limits = Object.fromEntries(Object.entries({ minContains, maxContains }).filter(([, v]) => v !== undefined));
	out.allOf = [...(out.allOf ?? []), { not: { not: { contains: unmarked(contains), ...limits } } }];
	return out;
}
const LITERAL = new Set(["const", "enum", "default", "required", "dependentRequired", "type"]);

// Texts that the specification decides and the other validator decides otherwise: [format, texts, whose word it is].
const ROWS = [
	["time", /:60/, "RFC 3339, 5.6: time-second is 00-60"],
	["date-time", /:60/, "RFC 3339, 5.7: which months had leap seconds is not known for times to come; hyperjump keeps a list"],
	["hostname", /(?:^|\.)(?!xn)..--/i, "RFC 1123, 2.1 has no rule about two hyphens; RFC 5890's reserved labels are still hostnames"],
	["uri-template", /\{[=,!@|]/, "RFC 6570, 2.2: reserved operators, which nobody can expand; vane refuses them"],
	["relative-json-pointer", /^\d+[+-]/, "draft-bhutton-relative-json-pointer-00 has index manipulations; readings of its grammar differ"],
];

export function settled(format, text) {
	return ROWS.some(([name, texts]) => name === format && texts.test(text));
}

export function forHyperjump(schema, dialect) {
	const text = JSON.stringify(schema);
	return dialect === "2019-09" && text.includes('"contains"') && text.includes('"unevaluatedItems"') ? unmarked(schema) : schema;
}

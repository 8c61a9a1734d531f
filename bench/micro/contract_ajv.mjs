// contract_ajv: the cases of contract.c judged by ajv 8 (with ajv-formats), parsing included, since a proxy is handed bytes.
// A line with a number on stdin measures that case for a few milliseconds and answers its nanoseconds and verdict.
//
//   node contract_ajv.mjs FOLDER CACHE      CACHE: where bench/peers put ajv
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [folder, cache] = process.argv.slice(2);
const require = createRequire(cache + '/node_modules/');
const Ajv = require('ajv/dist/2020').default, addFormats = require('ajv-formats').default ?? require('ajv-formats');

const validators = new Map();
function validator(file) {
	if (!validators.has(file)) {
		const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false });
		addFormats(ajv);
		ajv.addSchema(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')), 'd');
		validators.set(file, ajv.compile({ $ref: 'd#/paths/~1x/post/requestBody/content/application~1json/schema' }));
	}
	return validators.get(file);
}

const cases = readFileSync(`${folder}/index`, 'utf8').trim().split('\n').map((line) => {
	const [name, document, message] = line.split(' ');
	try {
		return { validate: validator(document), text: readFileSync(`${folder}/${message}`, 'utf8') };
	} catch (error) {
		return { error: error.message };
	}
});

function round(one, times) {
	let good = 0;
	const begin = process.hrtime.bigint();
	for (let i = 0; i < times; i++)
		good += one.validate(JSON.parse(one.text)) ? 1 : 0;
	return [Number(process.hrtime.bigint() - begin) / times, good];
}

createInterface({ input: process.stdin }).on('line', (line) => {
	const one = cases[Number(line)];
	if (one.error) {
		console.log(`0 error`);
		return;
	}
	let times = 1, ns = 0, good = 0;
	do
		[ns, good] = round(one, (times *= 2));
	while (ns * times < 4e6);
	console.log(`${ns.toFixed(1)} ${good ? 'valid' : 'invalid'}`);
});

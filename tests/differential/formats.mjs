// Texts for each format: good ones and what a change of a character or two makes of them.
export const FORMATS = {
	"date-time": ["1985-04-12T23:20:50.52Z", "1990-12-31T23:59:60Z", "1996-12-19t16:39:57-08:00", "1937-01-01T12:00:27.87+00:20", "2024-02-29T00:00:00z"],
	date: ["2024-02-29", "2023-02-28", "1900-02-28", "2000-02-29", "2023-12-31", "2023-11-30"],
	time: ["08:30:06Z", "23:59:60Z", "23:20:50.52+01:30", "01:29:60+01:30", "15:59:60-08:00"],
	duration: ["P4DT12H30M5S", "P1Y", "P2W", "PT36H", "P1M", "PT1M30S", "P1Y2M3D"],
	email: ["joe.bloggs@example.com", "te~st@example.com", "\"joe bloggs\"@example.com", "joe@[127.0.0.1]", "a.b+c@x-y.org", "joe@[IPv6:::1]"],
	hostname: ["www.example.com", "xn--4gbwdl.xn--wgbh1c", "a-b.c", "1host", "h"],
	ipv4: ["192.168.0.1", "0.0.0.0", "255.255.255.255", "87.10.0.1"],
	ipv6: ["::1", "::abef", "1:2:3:4:5:6:7:8", "::", "1::d6:192.168.0.1", "::ffff:192.168.0.1", "fe80::1", "1:2:3:4:5:6::8", "1:2::7:8"],
	uri: ["http://foo.bar/?baz=qux#quux", "http://-.~_!$&'()*+,;=:%40:80%2f@example.com:8080/", "urn:oasis:names", "ldap://[2001:db8::7]/c=GB?x?y", "mailto:a@b.c", "tel:+1-816-555-1212", "news:x"],
	"uri-reference": ["/abc", "//foo.bar/?baz=qux#quux", "#frag", "?q", "a/b:c", "./a:b", "http://x"],
	iri: ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://例え.jp/パス", "urn:é"],
	"iri-reference": ["/âππ", "#ƒrägmênt", "//ƒøø.ßår/?∂éœ", "é/b"],
	uuid: ["2EB8AA08-AA98-11EA-B4AA-73B441D16380", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"],
	"uri-template": ["http://example.com/dictionary/{term:1}/{term}", "{+path,x}/here", "{?x,y*}", "{&a:3}", "{;a.b}", "{#x}"],
	"json-pointer": ["/foo/bar~0/baz~1/%a", "", "/", "/~01", "/a//b"],
	"relative-json-pointer": ["1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120/foo", "1#"],
};
const PIECES = ["", "0", "9", "a", "z", "Z", ".", ":", "-", "/", "~", "%", "#", "?", "[", "]", "@", "{", "}", " ", "é", "１", "+", "T", "\"", "*", "₂", "٣", "\u0000", "|", "^", "25", "60", "24"];

function change(r, text) {
	const letters = [...text], at = r.below(letters.length + 1), how = r.below(5);
	if (how === 0) letters.splice(at, 1);
	else if (how === 1) letters.splice(at, 1, r.pick(PIECES));
	else if (how === 2) letters.splice(at, 0, r.pick(PIECES));
	else if (how === 3 && at < letters.length) letters.splice(at, 0, letters[at]);
	else letters.splice(at, 1 + r.below(4));
	return letters.join("");
}

export function texts(r, format, count) {
	return Array.from({ length: count }, (_, i) => {
		let text = r.pick(FORMATS[format]);
		for (let n = i % 4; n > 0; n--) text = change(r, text);
		return JSON.stringify(text);
	});
}

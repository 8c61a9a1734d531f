/* What the status page looks like and how it refreshes itself. Both stand in the page, and the policy in its head names
 * them by their digests: nothing that a name could smuggle in would run. The page is whole without the script. */
#include "proxy/admin/html.h"

#include "proxy/net/digest.h"

#include <stdio.h>

const char home_style[] =
    ":root{color-scheme:light "
    "dark;--f:#1b1f24;--b:#fff;--m:#667;--l:#d8dce2;--s:#f5f6f8;--g:#1a7f4b;--y:#b7791f;--r:#c53030}"
    "@media(prefers-color-scheme:dark){:root{--f:#e6e8eb;--b:#14171a;--m:#9aa3ad;--l:#343a41;--s:#1c2025;--g:#4cc38a;"
    "--y:#e0b050;--r:#f07575}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1rem;font:15px/1.5 system-ui,sans-serif;"
    "color:var(--f);background:var(--b)}h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}"
    "h3{font-size:1rem;margin:0}p{margin:.25rem 0}a{color:inherit}.m,time{color:var(--m)}.g{color:var(--g)}"
    ".y{color:var(--y)}.r{color:var(--r)}.err{border:1px solid var(--r);border-radius:6px;padding:.5rem .75rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}.v{border:1px solid var(--l);border-radius:8px;padding:.75rem;"
    "margin:.75rem 0}.v header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}"
    "svg{display:block;width:100%;height:20px;margin:.5rem 0}.la{fill:var(--g)}.ld{fill:var(--y)}.ls{fill:var(--l)}"
    ".lb{fill:var(--r)}.lt{fill:var(--f)}.t{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--l);vertical-align:top;"
    "overflow-wrap:break-word;min-width:4rem}th{color:var(--m);font-weight:500}.n{text-align:right;"
    "font-variant-numeric:tabular-nums}code,input,pre{font:13px/1.5 ui-monospace,monospace}"
    "form{display:flex;flex-wrap:wrap;gap:.5rem}input,select,button{padding:.35rem .5rem;border:1px solid var(--l);"
    "border-radius:6px;background:var(--s);color:inherit;font-size:.9rem}input{flex:1 1 14rem}"
    "pre{background:var(--s);border-radius:6px;padding:.5rem;overflow-x:auto}details summary{cursor:pointer}";

const char home_script[] =
    "'use strict';(()=>{const $=i=>document.getElementById(i);"
    "document.addEventListener('click',async e=>{const "
    "b=e.target.closest('a[data-copy]');if(!b||!navigator.clipboard)return;"
    "e.preventDefault();const t=await(await fetch(b.href)).text();await navigator.clipboard.writeText(t);"
    "const w=b.textContent;b.textContent='copied';setTimeout(()=>b.textContent=w,1500)});"
    "$('explain').addEventListener('submit',async e=>{e.preventDefault();const f=new URLSearchParams(new "
    "FormData(e.target));"
    "const r=await fetch('/api/explain?'+f),t=await r.text();let s=t;try{s=JSON.stringify(JSON.parse(t),null,2)}catch{}"
    "$('explained').hidden=false;$('explained').textContent=s});"
    "setInterval(async()=>{if(document.hidden||getSelection().type==='Range')return;try{"
    "const r=await fetch('/',{headers:{Accept:'text/html'}});if(!r.ok)throw 0;"
    "const d=new DOMParser().parseFromString(await r.text(),'text/html'),n=d.getElementById('live');if(!n)throw 0;"
    "const open=[...document.querySelectorAll('details[open]')].map(x=>x.id);$('live').replaceWith(n);"
    "open.forEach(i=>{const "
    "x=$(i);if(x)x.open=true});$('stale').hidden=true}catch{$('stale').hidden=false}},5000)})();";

/* 'sha256-…' as a policy wants it: the digest in base64 (CSP 3, 2.3.1). */
static void add_digest(struct buf *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct str piece = str_from(text);
	char hex[DIGEST_HEX];
	digest_hex(&piece, 1, hex);
	html(out, "'sha256-");
	/* Three hexadecimal digits are two of base64; 256 bits are 42 of those, four bits, and a filler. */
	for (int i = 0; i < 63; i += 3) {
		unsigned bits = (unsigned)(ascii_hex(hex[i]) << 8 | ascii_hex(hex[i + 1]) << 4 | ascii_hex(hex[i + 2]));
		buf_addc(out, digits[bits >> 6]);
		buf_addc(out, digits[bits & 63]);
	}
	buf_addc(out, digits[ascii_hex(hex[63]) << 2]);
	html(out, "='");
}

const char *home_headers(void)
{
	static struct buf lines;
	if (lines.len)
		return lines.at;
	html(&lines, "Content-Security-Policy: default-src 'none'; script-src ");
	add_digest(&lines, home_script);
	html(&lines, "; style-src ");
	add_digest(&lines, home_style);
	html(&lines, "; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
		     "Referrer-Policy: no-referrer\r\n");
	buf_addc(&lines, '\0');
	return lines.at;
}

#include "filters/jwt.h"

#include "conf/diag.h"
#include "filters/contract/json_tree.h"

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_digit(c))
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* base64url without padding (RFC 7515, section 2). Empty where it is none. */
static struct str decoded(struct str text, struct arena *arena)
{
	char *out = arena_alloc(arena, text.len / 4 * 3 + 3);
	size_t len = 0;
	uint32_t bits = 0;
	unsigned have = 0;
	for (size_t i = 0; i < text.len; i++) {
		int value = sextet(text.at[i]);
		if (value < 0)
			return (struct str){NULL, 0};
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (char)(bits >> have & 0xff);
		}
	}
	return text.len % 4 == 1 ? (struct str){NULL, 0} : str_of(out, len);
}

struct str jwt_claim(struct str value, struct str claim, struct arena *arena)
{
	static const struct str scheme = STR_INIT("bearer ");
	struct str none = {NULL, 0};
	if (value.len > scheme.len && str_eq_nocase(str_head(value, scheme.len), scheme))
		value = str_trim(str_skip(value, scheme.len));
	str_cut(&value, '.');
	struct str payload = str_cut(&value, '.');
	if (!payload.len || !value.at)
		return none;
	struct diag unheard;
	diag_init(&unheard);
	struct str json = decoded(payload, arena);
	const struct node *n = json.len ? json_tree_read(arena, json, "jwt", &unheard) : NULL;
	struct str found = n ? tree_text(tree_get(n, claim)) : none;
	diag_free(&unheard);
	return found.len ? found : none;
}

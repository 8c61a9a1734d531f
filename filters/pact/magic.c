#include "filters/pact/magic.h"

#include "filters/contract/media_range.h"

/* How files begin, from the registrations of the types and their specifications. */
static const struct {
	const char *type;
	size_t at;
	struct str bytes;
} rows[] = {{"image/jpeg", 0, STR_INIT("\xff\xd8\xff")},
	    {"image/jpg", 0, STR_INIT("\xff\xd8\xff")},
	    {"image/png", 0, STR_INIT("\x89PNG\r\n\x1a\n")},
	    {"image/gif", 0, STR_INIT("GIF87a")},
	    {"image/gif", 0, STR_INIT("GIF89a")},
	    {"image/webp", 8, STR_INIT("WEBP")},
	    {"image/bmp", 0, STR_INIT("BM")},
	    {"image/tiff", 0, STR_INIT("II*\0")},
	    {"image/tiff", 0, STR_INIT("MM\0*")},
	    {"image/x-icon", 0, STR_INIT("\0\0\1\0")},
	    {"application/pdf", 0, STR_INIT("%PDF-")},
	    {"application/zip", 0, STR_INIT("PK\3\4")},
	    {"application/zip", 0, STR_INIT("PK\5\6")},
	    {"application/gzip", 0, STR_INIT("\x1f\x8b")},
	    {"application/x-gzip", 0, STR_INIT("\x1f\x8b")},
	    {"application/zstd", 0, STR_INIT("\x28\xb5\x2f\xfd")},
	    {"application/wasm", 0, STR_INIT("\0asm")},
	    {"audio/mpeg", 0, STR_INIT("ID3")},
	    {"audio/ogg", 0, STR_INIT("OggS")},
	    {"video/mp4", 4, STR_INIT("ftyp")}};

static bool is_text(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (!bytes.at[i] || ((unsigned char)bytes.at[i] < 0x20 && !strchr("\t\n\f\r\x1b", bytes.at[i])))
			return false;
	return true;
}

static bool begins_with(struct str bytes, const char *any)
{
	size_t at = 0;
	while (at < bytes.len && strchr(" \t\r\n", bytes.at[at]))
		at++;
	return at < bytes.len && bytes.at[at] && strchr(any, bytes.at[at]);
}

static enum magic_verdict by_kind(struct str bytes, const struct media_range *m)
{
	bool xml = str_eq_nocase(m->subtype, STR("xml")) || str_ends(m->subtype, STR("+xml"));
	if (xml)
		return is_text(bytes) && begins_with(bytes, "<") ? MAGIC_YES : MAGIC_NO;
	if (media_kind(m) == MEDIA_JSON)
		return is_text(bytes) && begins_with(bytes, "{[\"-0123456789tfn") ? MAGIC_YES : MAGIC_NO;
	if (str_eq_nocase(m->type, STR("text")))
		return is_text(bytes) ? MAGIC_YES : MAGIC_NO;
	return str_eq_nocase(m->subtype, STR("octet-stream")) ? MAGIC_YES : MAGIC_UNTOLD;
}

enum magic_verdict magic_is(struct str bytes, struct str type)
{
	struct media_range m;
	bool known = false;
	if (!media_range_parse(type, &m))
		return MAGIC_UNTOLD;
	type = str_head(type, (size_t)(m.subtype.at + m.subtype.len - type.at));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_eq_nocase(type, str_from(rows[i].type)))
			continue;
		known = true;
		if (bytes.len >= rows[i].at && str_starts(str_skip(bytes, rows[i].at), rows[i].bytes))
			return MAGIC_YES;
	}
	return known ? MAGIC_NO : by_kind(bytes, &m);
}

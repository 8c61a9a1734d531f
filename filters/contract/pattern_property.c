/* The names of properties that ECMA-262 allows in \p{...} (22.2.1.1, tables 66 to 68: exact spelling, from Unicode's
 * PropertyAliases and PropertyValueAliases), each with PCRE2's name. PCRE2 itself reads names loosely, takes a bare
 * script for its extensions and knows no long names of categories: so none reaches it as written. What this PCRE2 does
 * not know yet (newer scripts, Changes_When_NFKC_Casefolded) is refused when it compiles. */
#include "filters/contract/pattern_set.h"

#include <stdio.h>
#include <stdlib.h>

struct name {
	const char *ecma, *pcre;
};

/* clang-format off */
static const struct name categories[] = {
	{"C", "C"}, {"Cased_Letter", "L&"}, {"Cc", "Cc"}, {"Cf", "Cf"}, {"Close_Punctuation", "Pe"}, {"Cn", "Cn"},
	{"Co", "Co"}, {"Combining_Mark", "M"}, {"Connector_Punctuation", "Pc"}, {"Control", "Cc"}, {"Cs", "Cs"},
	{"Currency_Symbol", "Sc"}, {"Dash_Punctuation", "Pd"}, {"Decimal_Number", "Nd"}, {"Enclosing_Mark", "Me"},
	{"Final_Punctuation", "Pf"}, {"Format", "Cf"}, {"Initial_Punctuation", "Pi"}, {"L", "L"}, {"LC", "L&"},
	{"Letter", "L"}, {"Letter_Number", "Nl"}, {"Line_Separator", "Zl"}, {"Ll", "Ll"}, {"Lm", "Lm"}, {"Lo", "Lo"},
	{"Lowercase_Letter", "Ll"}, {"Lt", "Lt"}, {"Lu", "Lu"}, {"M", "M"}, {"Mark", "M"}, {"Math_Symbol", "Sm"},
	{"Mc", "Mc"}, {"Me", "Me"}, {"Mn", "Mn"}, {"Modifier_Letter", "Lm"}, {"Modifier_Symbol", "Sk"}, {"N", "N"},
	{"Nd", "Nd"}, {"Nl", "Nl"}, {"No", "No"}, {"Nonspacing_Mark", "Mn"}, {"Number", "N"},
	{"Open_Punctuation", "Ps"}, {"Other", "C"}, {"Other_Letter", "Lo"}, {"Other_Number", "No"},
	{"Other_Punctuation", "Po"}, {"Other_Symbol", "So"}, {"P", "P"}, {"Paragraph_Separator", "Zp"}, {"Pc", "Pc"},
	{"Pd", "Pd"}, {"Pe", "Pe"}, {"Pf", "Pf"}, {"Pi", "Pi"}, {"Po", "Po"}, {"Private_Use", "Co"}, {"Ps", "Ps"},
	{"Punctuation", "P"}, {"S", "S"}, {"Sc", "Sc"}, {"Separator", "Z"}, {"Sk", "Sk"}, {"Sm", "Sm"}, {"So", "So"},
	{"Space_Separator", "Zs"}, {"Spacing_Mark", "Mc"}, {"Surrogate", "Cs"}, {"Symbol", "S"},
	{"Titlecase_Letter", "Lt"}, {"Unassigned", "Cn"}, {"Uppercase_Letter", "Lu"}, {"Z", "Z"}, {"Zl", "Zl"},
	{"Zp", "Zp"}, {"Zs", "Zs"}, {"cntrl", "Cc"}, {"digit", "Nd"}, {"punct", "P"}};

static const struct name binaries[] = {
	{"AHex", "ASCII_Hex_Digit"}, {"ASCII", "ASCII"}, {"ASCII_Hex_Digit", "ASCII_Hex_Digit"},
	{"Alpha", "Alphabetic"}, {"Alphabetic", "Alphabetic"}, {"Any", "Any"}, {"Assigned", "Cn"},
	{"Bidi_C", "Bidi_Control"}, {"Bidi_Control", "Bidi_Control"}, {"Bidi_M", "Bidi_Mirrored"},
	{"Bidi_Mirrored", "Bidi_Mirrored"}, {"CI", "Case_Ignorable"}, {"CWCF", "Changes_When_Casefolded"},
	{"CWCM", "Changes_When_Casemapped"}, {"CWKCF", "Changes_When_NFKC_Casefolded"},
	{"CWL", "Changes_When_Lowercased"}, {"CWT", "Changes_When_Titlecased"}, {"CWU", "Changes_When_Uppercased"},
	{"Case_Ignorable", "Case_Ignorable"}, {"Cased", "Cased"},
	{"Changes_When_Casefolded", "Changes_When_Casefolded"},
	{"Changes_When_Casemapped", "Changes_When_Casemapped"},
	{"Changes_When_Lowercased", "Changes_When_Lowercased"},
	{"Changes_When_NFKC_Casefolded", "Changes_When_NFKC_Casefolded"},
	{"Changes_When_Titlecased", "Changes_When_Titlecased"},
	{"Changes_When_Uppercased", "Changes_When_Uppercased"}, {"DI", "Default_Ignorable_Code_Point"},
	{"Dash", "Dash"}, {"Default_Ignorable_Code_Point", "Default_Ignorable_Code_Point"}, {"Dep", "Deprecated"},
	{"Deprecated", "Deprecated"}, {"Dia", "Diacritic"}, {"Diacritic", "Diacritic"},
	{"EBase", "Emoji_Modifier_Base"}, {"EComp", "Emoji_Component"}, {"EMod", "Emoji_Modifier"},
	{"EPres", "Emoji_Presentation"}, {"Emoji", "Emoji"}, {"Emoji_Component", "Emoji_Component"},
	{"Emoji_Modifier", "Emoji_Modifier"}, {"Emoji_Modifier_Base", "Emoji_Modifier_Base"},
	{"Emoji_Presentation", "Emoji_Presentation"}, {"Ext", "Extender"}, {"ExtPict", "Extended_Pictographic"},
	{"Extended_Pictographic", "Extended_Pictographic"}, {"Extender", "Extender"}, {"Gr_Base", "Grapheme_Base"},
	{"Gr_Ext", "Grapheme_Extend"}, {"Grapheme_Base", "Grapheme_Base"}, {"Grapheme_Extend", "Grapheme_Extend"},
	{"Hex", "Hex_Digit"}, {"Hex_Digit", "Hex_Digit"}, {"IDC", "ID_Continue"}, {"IDS", "ID_Start"},
	{"IDSB", "IDS_Binary_Operator"}, {"IDST", "IDS_Trinary_Operator"},
	{"IDS_Binary_Operator", "IDS_Binary_Operator"}, {"IDS_Trinary_Operator", "IDS_Trinary_Operator"},
	{"ID_Continue", "ID_Continue"}, {"ID_Start", "ID_Start"}, {"Ideo", "Ideographic"},
	{"Ideographic", "Ideographic"}, {"Join_C", "Join_Control"}, {"Join_Control", "Join_Control"},
	{"LOE", "Logical_Order_Exception"}, {"Logical_Order_Exception", "Logical_Order_Exception"},
	{"Lower", "Lowercase"}, {"Lowercase", "Lowercase"}, {"Math", "Math"}, {"NChar", "Noncharacter_Code_Point"},
	{"Noncharacter_Code_Point", "Noncharacter_Code_Point"}, {"Pat_Syn", "Pattern_Syntax"},
	{"Pat_WS", "Pattern_White_Space"}, {"Pattern_Syntax", "Pattern_Syntax"},
	{"Pattern_White_Space", "Pattern_White_Space"}, {"QMark", "Quotation_Mark"},
	{"Quotation_Mark", "Quotation_Mark"}, {"RI", "Regional_Indicator"}, {"Radical", "Radical"},
	{"Regional_Indicator", "Regional_Indicator"}, {"SD", "Soft_Dotted"}, {"STerm", "Sentence_Terminal"},
	{"Sentence_Terminal", "Sentence_Terminal"}, {"Soft_Dotted", "Soft_Dotted"}, {"Term", "Terminal_Punctuation"},
	{"Terminal_Punctuation", "Terminal_Punctuation"}, {"UIdeo", "Unified_Ideograph"},
	{"Unified_Ideograph", "Unified_Ideograph"}, {"Upper", "Uppercase"}, {"Uppercase", "Uppercase"},
	{"VS", "Variation_Selector"}, {"Variation_Selector", "Variation_Selector"}, {"White_Space", "White_Space"},
	{"XIDC", "XID_Continue"}, {"XIDS", "XID_Start"}, {"XID_Continue", "XID_Continue"},
	{"XID_Start", "XID_Start"}, {"space", "White_Space"}};

static const struct name scripts[] = {
	{"Adlam", "Adlm"}, {"Adlm", "Adlm"}, {"Aghb", "Aghb"}, {"Ahom", "Ahom"}, {"Anatolian_Hieroglyphs", "Hluw"},
	{"Arab", "Arab"}, {"Arabic", "Arab"}, {"Armenian", "Armn"}, {"Armi", "Armi"}, {"Armn", "Armn"},
	{"Avestan", "Avst"}, {"Avst", "Avst"}, {"Bali", "Bali"}, {"Balinese", "Bali"}, {"Bamu", "Bamu"},
	{"Bamum", "Bamu"}, {"Bass", "Bass"}, {"Bassa_Vah", "Bass"}, {"Batak", "Batk"}, {"Batk", "Batk"},
	{"Beng", "Beng"}, {"Bengali", "Beng"}, {"Bhaiksuki", "Bhks"}, {"Bhks", "Bhks"}, {"Bopo", "Bopo"},
	{"Bopomofo", "Bopo"}, {"Brah", "Brah"}, {"Brahmi", "Brah"}, {"Brai", "Brai"}, {"Braille", "Brai"},
	{"Bugi", "Bugi"}, {"Buginese", "Bugi"}, {"Buhd", "Buhd"}, {"Buhid", "Buhd"}, {"Cakm", "Cakm"},
	{"Canadian_Aboriginal", "Cans"}, {"Cans", "Cans"}, {"Cari", "Cari"}, {"Carian", "Cari"},
	{"Caucasian_Albanian", "Aghb"}, {"Chakma", "Cakm"}, {"Cham", "Cham"}, {"Cher", "Cher"}, {"Cherokee", "Cher"},
	{"Chorasmian", "Chrs"}, {"Chrs", "Chrs"}, {"Common", "Zyyy"}, {"Copt", "Copt"}, {"Coptic", "Copt"},
	{"Cpmn", "Cpmn"}, {"Cprt", "Cprt"}, {"Cuneiform", "Xsux"}, {"Cypriot", "Cprt"}, {"Cypro_Minoan", "Cpmn"},
	{"Cyrillic", "Cyrl"}, {"Cyrl", "Cyrl"}, {"Deseret", "Dsrt"}, {"Deva", "Deva"}, {"Devanagari", "Deva"},
	{"Diak", "Diak"}, {"Dives_Akuru", "Diak"}, {"Dogr", "Dogr"}, {"Dogra", "Dogr"}, {"Dsrt", "Dsrt"},
	{"Dupl", "Dupl"}, {"Duployan", "Dupl"}, {"Egyp", "Egyp"}, {"Egyptian_Hieroglyphs", "Egyp"}, {"Elba", "Elba"},
	{"Elbasan", "Elba"}, {"Elym", "Elym"}, {"Elymaic", "Elym"}, {"Ethi", "Ethi"}, {"Ethiopic", "Ethi"},
	{"Geor", "Geor"}, {"Georgian", "Geor"}, {"Glag", "Glag"}, {"Glagolitic", "Glag"}, {"Gong", "Gong"},
	{"Gonm", "Gonm"}, {"Goth", "Goth"}, {"Gothic", "Goth"}, {"Gran", "Gran"}, {"Grantha", "Gran"},
	{"Greek", "Grek"}, {"Grek", "Grek"}, {"Gujarati", "Gujr"}, {"Gujr", "Gujr"}, {"Gunjala_Gondi", "Gong"},
	{"Gurmukhi", "Guru"}, {"Guru", "Guru"}, {"Han", "Hani"}, {"Hang", "Hang"}, {"Hangul", "Hang"},
	{"Hani", "Hani"}, {"Hanifi_Rohingya", "Rohg"}, {"Hano", "Hano"}, {"Hanunoo", "Hano"}, {"Hatr", "Hatr"},
	{"Hatran", "Hatr"}, {"Hebr", "Hebr"}, {"Hebrew", "Hebr"}, {"Hira", "Hira"}, {"Hiragana", "Hira"},
	{"Hluw", "Hluw"}, {"Hmng", "Hmng"}, {"Hmnp", "Hmnp"}, {"Hung", "Hung"}, {"Imperial_Aramaic", "Armi"},
	{"Inherited", "Zinh"}, {"Inscriptional_Pahlavi", "Phli"}, {"Inscriptional_Parthian", "Prti"},
	{"Ital", "Ital"}, {"Java", "Java"}, {"Javanese", "Java"}, {"Kaithi", "Kthi"}, {"Kali", "Kali"},
	{"Kana", "Kana"}, {"Kannada", "Knda"}, {"Katakana", "Kana"}, {"Kawi", "Kawi"}, {"Kayah_Li", "Kali"},
	{"Khar", "Khar"}, {"Kharoshthi", "Khar"}, {"Khitan_Small_Script", "Kits"}, {"Khmer", "Khmr"},
	{"Khmr", "Khmr"}, {"Khoj", "Khoj"}, {"Khojki", "Khoj"}, {"Khudawadi", "Sind"}, {"Kits", "Kits"},
	{"Knda", "Knda"}, {"Kthi", "Kthi"}, {"Lana", "Lana"}, {"Lao", "Laoo"}, {"Laoo", "Laoo"}, {"Latin", "Latn"},
	{"Latn", "Latn"}, {"Lepc", "Lepc"}, {"Lepcha", "Lepc"}, {"Limb", "Limb"}, {"Limbu", "Limb"},
	{"Lina", "Lina"}, {"Linb", "Linb"}, {"Linear_A", "Lina"}, {"Linear_B", "Linb"}, {"Lisu", "Lisu"},
	{"Lyci", "Lyci"}, {"Lycian", "Lyci"}, {"Lydi", "Lydi"}, {"Lydian", "Lydi"}, {"Mahajani", "Mahj"},
	{"Mahj", "Mahj"}, {"Maka", "Maka"}, {"Makasar", "Maka"}, {"Malayalam", "Mlym"}, {"Mand", "Mand"},
	{"Mandaic", "Mand"}, {"Mani", "Mani"}, {"Manichaean", "Mani"}, {"Marc", "Marc"}, {"Marchen", "Marc"},
	{"Masaram_Gondi", "Gonm"}, {"Medefaidrin", "Medf"}, {"Medf", "Medf"}, {"Meetei_Mayek", "Mtei"},
	{"Mend", "Mend"}, {"Mende_Kikakui", "Mend"}, {"Merc", "Merc"}, {"Mero", "Mero"},
	{"Meroitic_Cursive", "Merc"}, {"Meroitic_Hieroglyphs", "Mero"}, {"Miao", "Plrd"}, {"Mlym", "Mlym"},
	{"Modi", "Modi"}, {"Mong", "Mong"}, {"Mongolian", "Mong"}, {"Mro", "Mroo"}, {"Mroo", "Mroo"},
	{"Mtei", "Mtei"}, {"Mult", "Mult"}, {"Multani", "Mult"}, {"Myanmar", "Mymr"}, {"Mymr", "Mymr"},
	{"Nabataean", "Nbat"}, {"Nag_Mundari", "Nagm"}, {"Nagm", "Nagm"}, {"Nand", "Nand"}, {"Nandinagari", "Nand"},
	{"Narb", "Narb"}, {"Nbat", "Nbat"}, {"New_Tai_Lue", "Talu"}, {"Newa", "Newa"}, {"Nko", "Nkoo"},
	{"Nkoo", "Nkoo"}, {"Nshu", "Nshu"}, {"Nushu", "Nshu"}, {"Nyiakeng_Puachue_Hmong", "Hmnp"}, {"Ogam", "Ogam"},
	{"Ogham", "Ogam"}, {"Ol_Chiki", "Olck"}, {"Olck", "Olck"}, {"Old_Hungarian", "Hung"}, {"Old_Italic", "Ital"},
	{"Old_North_Arabian", "Narb"}, {"Old_Permic", "Perm"}, {"Old_Persian", "Xpeo"}, {"Old_Sogdian", "Sogo"},
	{"Old_South_Arabian", "Sarb"}, {"Old_Turkic", "Orkh"}, {"Old_Uyghur", "Ougr"}, {"Oriya", "Orya"},
	{"Orkh", "Orkh"}, {"Orya", "Orya"}, {"Osage", "Osge"}, {"Osge", "Osge"}, {"Osma", "Osma"},
	{"Osmanya", "Osma"}, {"Ougr", "Ougr"}, {"Pahawh_Hmong", "Hmng"}, {"Palm", "Palm"}, {"Palmyrene", "Palm"},
	{"Pau_Cin_Hau", "Pauc"}, {"Pauc", "Pauc"}, {"Perm", "Perm"}, {"Phag", "Phag"}, {"Phags_Pa", "Phag"},
	{"Phli", "Phli"}, {"Phlp", "Phlp"}, {"Phnx", "Phnx"}, {"Phoenician", "Phnx"}, {"Plrd", "Plrd"},
	{"Prti", "Prti"}, {"Psalter_Pahlavi", "Phlp"}, {"Qaac", "Copt"}, {"Qaai", "Zinh"}, {"Rejang", "Rjng"},
	{"Rjng", "Rjng"}, {"Rohg", "Rohg"}, {"Runic", "Runr"}, {"Runr", "Runr"}, {"Samaritan", "Samr"},
	{"Samr", "Samr"}, {"Sarb", "Sarb"}, {"Saur", "Saur"}, {"Saurashtra", "Saur"}, {"Sgnw", "Sgnw"},
	{"Sharada", "Shrd"}, {"Shavian", "Shaw"}, {"Shaw", "Shaw"}, {"Shrd", "Shrd"}, {"Sidd", "Sidd"},
	{"Siddham", "Sidd"}, {"SignWriting", "Sgnw"}, {"Sind", "Sind"}, {"Sinh", "Sinh"}, {"Sinhala", "Sinh"},
	{"Sogd", "Sogd"}, {"Sogdian", "Sogd"}, {"Sogo", "Sogo"}, {"Sora", "Sora"}, {"Sora_Sompeng", "Sora"},
	{"Soyo", "Soyo"}, {"Soyombo", "Soyo"}, {"Sund", "Sund"}, {"Sundanese", "Sund"}, {"Sylo", "Sylo"},
	{"Syloti_Nagri", "Sylo"}, {"Syrc", "Syrc"}, {"Syriac", "Syrc"}, {"Tagalog", "Tglg"}, {"Tagb", "Tagb"},
	{"Tagbanwa", "Tagb"}, {"Tai_Le", "Tale"}, {"Tai_Tham", "Lana"}, {"Tai_Viet", "Tavt"}, {"Takr", "Takr"},
	{"Takri", "Takr"}, {"Tale", "Tale"}, {"Talu", "Talu"}, {"Tamil", "Taml"}, {"Taml", "Taml"}, {"Tang", "Tang"},
	{"Tangsa", "Tnsa"}, {"Tangut", "Tang"}, {"Tavt", "Tavt"}, {"Telu", "Telu"}, {"Telugu", "Telu"},
	{"Tfng", "Tfng"}, {"Tglg", "Tglg"}, {"Thaa", "Thaa"}, {"Thaana", "Thaa"}, {"Thai", "Thai"},
	{"Tibetan", "Tibt"}, {"Tibt", "Tibt"}, {"Tifinagh", "Tfng"}, {"Tirh", "Tirh"}, {"Tirhuta", "Tirh"},
	{"Tnsa", "Tnsa"}, {"Toto", "Toto"}, {"Ugar", "Ugar"}, {"Ugaritic", "Ugar"}, {"Unknown", "Zzzz"},
	{"Vai", "Vaii"}, {"Vaii", "Vaii"}, {"Vith", "Vith"}, {"Vithkuqi", "Vith"}, {"Wancho", "Wcho"},
	{"Wara", "Wara"}, {"Warang_Citi", "Wara"}, {"Wcho", "Wcho"}, {"Xpeo", "Xpeo"}, {"Xsux", "Xsux"},
	{"Yezi", "Yezi"}, {"Yezidi", "Yezi"}, {"Yi", "Yiii"}, {"Yiii", "Yiii"}, {"Zanabazar_Square", "Zanb"},
	{"Zanb", "Zanb"}, {"Zinh", "Zinh"}, {"Zyyy", "Zyyy"}, {"Zzzz", "Zzzz"}};
/* clang-format on */

#define LEN(table) (sizeof(table) / sizeof(table)[0])

static int by_name(const void *key, const void *element)
{
	return str_cmp(*(const struct str *)key, str_from(((const struct name *)element)->ecma));
}

static const char *find(const struct name *table, size_t count, struct str name)
{
	const struct name *found = bsearch(&name, table, count, sizeof *table, by_name);
	return found ? found->pcre : NULL;
}

const char *pattern_property(struct str name, struct str value, char out[64], bool *inverted)
{
	const char *found = NULL, *prefix = "";
	*inverted = false;
	if (!value.len) {
		found = find(categories, LEN(categories), name);
		if (!found)
			found = find(binaries, LEN(binaries), name);
		*inverted = str_eq(name, STR("Assigned"));
	} else if (str_eq(name, STR("General_Category")) || str_eq(name, STR("gc"))) {
		found = find(categories, LEN(categories), value);
	} else if (str_eq(name, STR("Script")) || str_eq(name, STR("sc"))) {
		found = find(scripts, LEN(scripts), value);
		prefix = "sc:";
	} else if (str_eq(name, STR("Script_Extensions")) || str_eq(name, STR("scx"))) {
		found = find(scripts, LEN(scripts), value);
		prefix = "scx:";
	}
	if (!found)
		return NULL;
	snprintf(out, 64, "%s%s", prefix, found);
	return out;
}

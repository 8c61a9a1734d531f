/* rooms: contract */
/* fused: the pass without a tape and the tape say the same of any text: verdict, findings, deprecations; with wide
 * limits and with narrow ones. The first byte chooses the schema, the direction and the limits. */
#include "tests/fused_schemas.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fused_pair wide, narrow;
	static const struct judge_limits few = {.depth = 5, .size = 1000, .steps = 60};
	static const struct judge_limits none = {.depth = 0};
	enum judgement verdict;
	if (!wide.fused) {
		fused_open(&wide, &none);
		fused_open(&narrow, &few);
	}
	if (!size)
		return 0;
	struct fused_pair *pair = data[0] & 16 ? &narrow : &wide;
	unsigned i = (data[0] & 15) % FUSED_CASES;
	enum direction direction = data[0] & 32 ? RESPONSE : REQUEST;
	unsigned limit = data[0] & 64 ? 0 : 8;
	CHECK(fused_agree(pair->program[i], pair->entry[i], pair->fused, pair->tape,
			  str_of((const char *)data + 1, size - 1), direction, limit, &verdict));
	return 0;
}

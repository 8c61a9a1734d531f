#include "filters/builtin.h"

#include "filters/canary.h"
#include "filters/consumer.h"
#include "filters/contract.h"
#include "filters/deprecate.h"
#include "filters/discovery.h"
#include "filters/fields.h"
#include "filters/mirror.h"
#include "filters/pacts.h"
#include "filters/revision.h"
#include "filters/shadow.h"
#include "filters/version.h"

const struct filter *const builtin_filters[] = {
    &pacts_filter,     /* (at load only: what registered pacts say of the contracts) */
    &consumer_filter,  /* who it is: those behind want to know */
    &discovery_filter, /* whether it asks which versions there are */
    &version_filter,   /* which version is asked for, or a refusal */
    &revision_filter,  /* which of its revisions serves it */
    &canary_filter,    /* whether its canary serves it */
    &deprecate_filter, /* whether that version still lives, and what its clients are told */
    &contract_filter,  /* whether the message is what that version promises */
    &deprecate_operations_filter, /* whether the operation still lives */
    &fields_filter,    /* which of its parameters and properties it really has, of a share */
    &mirror_filter,    /* whether a candidate gets a copy */
    &shadow_filter,    /* whether it is also what the next one will promise */
    NULL,
};

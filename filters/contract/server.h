/* server: the base paths of an OpenAPI document's servers, so that `/v1/orders` finds `/orders` of a document whose
 * server is https://api.example.com/v1. An operation's own servers stand for those of its path item, those for the
 * document's. Variables are replaced by each value of their enum, or by their default and by any one segment. Built at
 * load; then pure. Called by contract_find. */
#ifndef FILTERS_CONTRACT_SERVER_H
#define FILTERS_CONTRACT_SERVER_H

#include "filters/contract/parts.h"

/* Whether `path` stands under the base path; then *rest is what follows it, with its slash ("/" where nothing does). */
bool server_base_matches(const struct base_path *base, struct str path, struct str *rest);

#endif

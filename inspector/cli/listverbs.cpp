// SPDX-License-Identifier: BSD-3-Clause
#include "listverbs.h"

#include "bindingsverb.h"
#include "clientverbs.h"
#include "definitionsverb.h"
#include "exchangesverb.h"
#include "overviewverb.h"
#include "peekverb.h"
#include "policiesverb.h"
#include "queuesverb.h"
#include "unackedverb.h"

std::vector<std::unique_ptr<Verb>> listVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(std::make_unique<PeekVerb>());
    verbs.push_back(std::make_unique<QueuesVerb>());
    verbs.push_back(std::make_unique<ExchangesVerb>());
    verbs.push_back(std::make_unique<BindingsVerb>());
    verbs.push_back(std::make_unique<UnackedVerb>());
    for (auto &verb : clientVerbs())
        verbs.push_back(std::move(verb));
    verbs.push_back(std::make_unique<PoliciesVerb>());
    verbs.push_back(std::make_unique<OverviewVerb>());
    verbs.push_back(std::make_unique<DefinitionsVerb>());
    return verbs;
}

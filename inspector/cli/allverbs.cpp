// SPDX-License-Identifier: BSD-3-Clause
#include "benchverb.h"
#include "consumeverb.h"
#include "listverbs.h"
#include "publishverb.h"
#include "recoveryverbs.h"
#include "topologyverbs.h"

std::vector<std::unique_ptr<Verb>> allVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(std::make_unique<PublishVerb>());
    verbs.push_back(std::make_unique<ConsumeVerb>());
    for (auto &list : {listVerbs, recoveryVerbs, topologyVerbs}) {
        for (auto &verb : list())
            verbs.push_back(std::move(verb));
    }
    verbs.push_back(std::make_unique<BenchVerb>());
    return verbs;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "port/link.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {
namespace {

Error unsupported(const char *text)
{
    return Error(Error::Unsupported, QCoreApplication::translate("Qombu::Link", text));
}

} // namespace

TopologyChannel::~TopologyChannel() = default;
DeliverChannel::~DeliverChannel() = default;
PublishChannel::~PublishChannel() = default;
DeliveryListener::~DeliveryListener() = default;
PublishListener::~PublishListener() = default;
LinkListener::~LinkListener() = default;
LinkDefinitions::~LinkDefinitions() = default;
LinkRecovery::~LinkRecovery() = default;
DelayedDelivery::~DelayedDelivery() = default;
Link::~Link() = default;

void Link::putBack(std::vector<IncomingMessage> &&) {}

LinkBrowser *Link::browser()
{
    return nullptr;
}

LinkDefinitions *Link::definitions()
{
    return nullptr;
}

LinkRecovery *Link::recovery()
{
    return nullptr;
}

DelayedDelivery *Link::delayedDelivery()
{
    return nullptr;
}

void Link::updateSecret(const QString &, Done<void> done)
{
    done(unsupported(QT_TRANSLATE_NOOP(
        "Qombu::Link", "This broker cannot replace the secret of an open connection.")));
}

} // namespace Qombu

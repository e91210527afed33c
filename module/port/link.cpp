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
LinkBrowser::~LinkBrowser() = default;
LinkRecovery::~LinkRecovery() = default;
Link::~Link() = default;

void LinkBrowser::planPeek(const QString &, Done<PeekPlan> done)
{
    done(PeekPlan());
}

void LinkBrowser::consumers(const QString &, Done<QList<ConsumerRow>> done)
{
    done(unsupported(QT_TRANSLATE_NOOP("Qombu::Link", "This broker does not tell who consumes.")));
}

void LinkBrowser::quarantine(const QString &, int, Done<QList<QuarantinedRow>> done)
{
    done(unsupported(QT_TRANSLATE_NOOP("Qombu::Link", "This broker has no quarantine.")));
}

void Link::putBack(std::vector<IncomingMessage> &&) {}

LinkBrowser *Link::browser()
{
    return nullptr;
}

LinkRecovery *Link::recovery()
{
    return nullptr;
}

void Link::updateSecret(const QString &, Done<void> done)
{
    done(unsupported(QT_TRANSLATE_NOOP(
        "Qombu::Link", "This broker cannot replace the secret of an open connection.")));
}

} // namespace Qombu

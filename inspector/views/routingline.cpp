// SPDX-License-Identifier: BSD-3-Clause
#include "views/routingline.h"

#include "broker/routing.h"

namespace Qombu::Inspector {
namespace {

constexpr qsizetype MostQueues = 8; // named; the rest is counted
constexpr qsizetype MostKeys = 4;

} // namespace

RoutingLine::RoutingLine(QWidget *parent)
    : PlainLabel({}, parent)
{
    setObjectName(QStringLiteral("routingPreview"));
    setWordWrap(true);
}

void RoutingLine::showRouting(const Inventory &inventory, const Exchange &exchange,
                              const QString &routingKey)
{
    if (exchange.isDefault() && routingKey.isEmpty())
        return say(Theme::Tone::Muted, tr("Name a queue, or an exchange and a routing key."));
    if (!inventory.takenAt.isValid())
        return say(Theme::Tone::Muted,
                   tr("Where it goes is not known: the broker has not listed its bindings."));
    const RoutingPreview preview =
        previewRouting(inventory, exchange.name(), exchange.type(), routingKey);
    const auto count = int(preview.queues.size());
    QString text;
    if (count == 0 && exchange.type() == ExchangeType::Fanout)
        text = tr("matches no queue; programs that listen right now may still get it");
    else if (count == 0 && exchange.isDefault())
        text = tr("there is no queue of this name now");
    else if (count == 0)
        text = tr("matches no queue");
    else
        text = QStringLiteral("\u2192 ")
            + preview.queues.mid(0, MostQueues).join(QStringLiteral(", "))
            + (count > MostQueues ? u", \u2026" : u"") + u' ' + tr("(%n queue(s))", nullptr, count);
    if (!preview.via.isEmpty()) {
        const QString keys = preview.via.mid(0, MostKeys).join(QStringLiteral(", "));
        text += QStringLiteral("  \u00b7  ") + tr("by %1").arg(keys);
    }
    if (!preview.unlike.isEmpty()) {
        const QString queues = preview.unlike.mid(0, MostQueues).join(QStringLiteral(", "));
        text += u'\n' + tr("By Kombu’s rules; AMQP would decide differently for %1.").arg(queues);
    }
    if (!preview.known)
        text += u'\n' + tr("Not all bindings are known: this may be incomplete.");
    say(count == 0 || !preview.unlike.isEmpty() ? Theme::Tone::Warning : Theme::Tone::Good, text);
}

void RoutingLine::say(Theme::Tone tone, const QString &text)
{
    setTone(tone);
    setText(text);
}

} // namespace Qombu::Inspector

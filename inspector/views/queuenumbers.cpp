// SPDX-License-Identifier: BSD-3-Clause
#include "views/queuenumbers.h"

#include "models/field.h"
#include "models/messagecell.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

enum Number { Ready, Unacked, Total, Consumers, Bindings, ByPriority, In, Out, Acked, Size };

} // namespace

QueueNumbers::QueueNumbers(BrokerSession *session, const QString &queue)
    : KpiStrip({tr("Ready"), tr("Unacked"), tr("Total"), tr("Consumers"), tr("Bindings"),
                tr("By priority"), tr("In/s"), tr("Out/s"), tr("Ack/s"), tr("Size")})
    , m_session(session)
    , m_queue(queue)
{
}

void QueueNumbers::showBindings(const CountSum &count)
{
    setSum(Bindings, count);
}

void QueueNumbers::showNoBindings()
{
    setCount(Bindings, -1, m_session->cannotList().text());
}

void QueueNumbers::showRow(const QueueRow &row)
{
    const QString whyNot = m_session->cannotList().text();
    const QString whyNotThis = m_session->queueError(m_queue).text();
    setCount(Ready, row.ready, whyNotThis);
    setCount(Unacked, row.unacked, whyNot);
    CountSum total;
    total.add(row.ready);
    total.add(row.unacked);
    setSum(Total, total);
    setCount(Consumers, row.consumers, whyNotThis);
    QStringList buckets;
    for (auto it = row.readyByPriority.cbegin(); it != row.readyByPriority.cend(); ++it)
        buckets.append(QStringLiteral("%1: %2").arg(it.key()).arg(QLocale().toString(it.value())));
    setValue(ByPriority,
             buckets.size() > 1 ? buckets.join(QStringLiteral("  ")) : QString(QChar(0x2014)),
             whyNot);
    showRates(row, m_session->hasPages() && !m_session->cannotList().isError());
}

void QueueNumbers::showRates(const QueueRow &row, bool isTold)
{
    const QString whyNot = m_session->inventory().gaps.join(u'\n');
    const double rates[] = {row.rates.published, row.rates.delivered, row.rates.acknowledged};
    const auto seconds = (row.rates.over.count() + 999) / 1000;
    for (int i = 0; i < 3; ++i) {
        if (rates[i] < 0)
            setCount(In + i, -1, whyNot);
        else
            setValue(In + i, rateText(rates[i]),
                     seconds > 0 ? tr("over the last %1 s").arg(seconds) : QString());
    }
    if (row.bytes < 0)
        setCount(Size, -1, whyNot);
    else
        setValue(Size, sizeText(row.bytes), tr("Of the bodies of all its messages"));
    setShown(ByPriority, !isTold);
    for (const int number : {In, Out, Acked, Size})
        setShown(number, isTold);
}

} // namespace Qombu::Inspector

// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/fatalrequests.h"

#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

// Somebody may mend the broker: it is asked once more, ever more seldom.
std::chrono::minutes rest(int times)
{
    return std::chrono::minutes(1 << std::min(times - 1, 6));
}

constexpr qsizetype MostRemembered = 1000;

} // namespace

// A consumer's tag is another one each time: it stands behind the ticket and the queue's name.
QByteArray FatalRequests::keyOf(const Method &method)
{
    QByteArray key = method.arguments;
    if (method.id == MethodId::BasicConsume) {
        const qsizetype tag = 2 + 1 + quint8(key.at(2));
        key.remove(tag, 1 + quint8(key.at(tag)));
    }
    return QByteArray::number(method.id) + ' ' + key;
}

void FatalRequests::connectionEnded(const std::vector<Method> &candidates, const Error &why,
                                    TimePoint now)
{
    QHash<QByteArray, TimePoint> keys;
    for (const Method &method : candidates)
        keys.insert(keyOf(method), now);
    QHash<QByteArray, TimePoint> again; // suspected before
    for (auto it = keys.cbegin(); it != keys.cend(); ++it) {
        if (m_suspects.contains(it.key()))
            again.insert(it.key(), now);
    }
    m_suspects = again.isEmpty() ? keys : again;
    if (m_suspects.size() != 1)
        return;
    if (m_guilty.size() >= MostRemembered)
        m_guilty.clear();
    Verdict &verdict = m_guilty[m_suspects.cbegin().key()];
    verdict = {why, now, verdict.why.isError() ? verdict.times + 1 : 1};
    m_suspects.clear();
}

Error FatalRequests::refusalOf(const Method &method, TimePoint now)
{
    if (m_guilty.isEmpty() && m_suspects.isEmpty())
        return {};
    m_suspects.removeIf([now](const auto &entry) { return entry.value() + rest(1) <= now; });
    const auto guilty = m_guilty.constFind(keyOf(method));
    if (guilty != m_guilty.cend() && now < guilty->since + rest(guilty->times))
        return guilty->why;
    if (isSuspect(method) && !m_passage.expired())
        return Error(Error::Connection,
                     Text::tr("The broker ended the connection at this request or another: they "
                              "are asked again one by one"))
            .withRecoverable(true);
    return {};
}

void FatalRequests::answered(const Method &method)
{
    if (m_guilty.isEmpty() && m_suspects.isEmpty())
        return;
    m_suspects.remove(keyOf(method));
    m_guilty.remove(keyOf(method));
}

std::shared_ptr<void> FatalRequests::passage()
{
    const std::shared_ptr<void> passage = std::make_shared<char>();
    m_passage = passage;
    return passage;
}

} // namespace Qombu::Amqp

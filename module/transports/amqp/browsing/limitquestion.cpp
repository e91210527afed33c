// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/limitquestion.h"

namespace Qombu::Amqp {

namespace {

const QString Limit = QStringLiteral("x-delivery-limit");
const QString NoValue = QStringLiteral("?");
constexpr qsizetype MostArguments = 20; // that a quorum queue may have, and some more

QString between(const QString &text, QLatin1StringView begin, QLatin1StringView end)
{
    const qsizetype at = text.indexOf(begin);
    const qsizetype from = at + begin.size();
    const qsizetype to = at < 0 ? -1 : text.lastIndexOf(end);
    return to < from ? QString() : text.mid(from, to - from);
}

// Of "… but current is the value '5' of type 'signedint'", "… but current is '5'": both as text.
QString currentValue(const QString &current)
{
    using namespace Qt::StringLiterals;
    const QString typed = between(current, "the value '"_L1, "' of type '"_L1);
    return typed.isNull() ? between(current, "'"_L1, "'"_L1) : typed;
}

// What a declaration must say to agree with it; invalid where nobody knows.
QVariant sameValue(const QString &current)
{
    using namespace Qt::StringLiterals;
    const QString value = currentValue(current);
    const QString type =
        current.mid(current.lastIndexOf("' of type '"_L1) + 11).section(u'\'', 0, 0);
    if (type == "longstr"_L1)
        return value;
    if (type == "bool"_L1)
        return value == "true"_L1;
    bool isNumber = false;
    const qint64 number = value.toLongLong(&isNumber);
    return isNumber ? QVariant(number) : QVariant();
}

} // namespace

LimitQuestion::LimitQuestion(const QString &queue)
    : m_queue(queue)
    , m_arguments({
          {QStringLiteral("x-queue-type"), QStringLiteral("quorum")},
          {Limit, NoValue}, // no queue has that
          // Of streams, and no value of theirs either.
          {QStringLiteral("x-max-age"), NoValue},
          {QStringLiteral("x-stream-max-segment-size-bytes"), NoValue},
      })
{
}

DeclareQueue LimitQuestion::declaration() const
{
    DeclareQueue declaration;
    declaration.name = m_queue;
    declaration.arguments = m_arguments;
    return declaration;
}

bool LimitQuestion::learn(const QString &refusal)
{
    using namespace Qt::StringLiterals;
    const QString key =
        between(refusal, "inequivalent arg '"_L1, QLatin1StringView("' for queue '"))
            .section(u'\'', 0, 0);
    // Names and values may hold such words, too.
    const qsizetype name = refusal.indexOf(QStringLiteral("queue '%1' in vhost '").arg(m_queue));
    const qsizetype at = refusal.indexOf(" but current is "_L1, name + m_queue.size());
    if (key.isEmpty() || name < 0 || at < 0)
        return false;
    const QString current = refusal.mid(at + 16);
    const bool isNone = current.startsWith("none"_L1);
    if (key == Limit) {
        const qint64 limit = currentValue(current).toLongLong(&m_isKnown);
        if (m_isKnown)
            m_limit = limit;
        m_isKnown = m_isKnown || isNone;
        return false;
    }
    const QVariant value = isNone ? QVariant() : sameValue(current);
    if (!value.isValid() || m_arguments.contains(key) || m_arguments.size() > MostArguments)
        return false;
    m_arguments.insert(key, value);
    return true;
}

} // namespace Qombu::Amqp

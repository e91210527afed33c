// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/inbox.h"

namespace QombuTest {

using namespace Qombu;

Inbox::Inbox(std::unique_ptr<Consumer> consumer)
    : m_consumer(std::move(consumer))
{
    connect(m_consumer.get(), &Consumer::messageReceived, this, [this](const Message &message) {
        if (m_acksAtOnce)
            message.ack();
        messages.push_back(message);
    });
    connect(m_consumer.get(), &Consumer::decodeFailed, this,
            [this](const Message &message, const Error &error) {
                undecodable.push_back(message);
                errors.append(error);
            });
    connect(m_consumer.get(), &Consumer::errorOccurred, this,
            [this](const Error &error) { failures.append(error); });
}

Inbox::~Inbox() = default;

QString Inbox::texts() const
{
    return textsOf({messages.cbegin(), messages.cend()});
}

QString Inbox::sortedTexts() const
{
    QStringList texts;
    for (const Message &message : messages)
        texts.append(textOf(message));
    texts.sort();
    return texts.join(QLatin1Char(' '));
}

void Inbox::ackAll()
{
    for (const Message &message : messages) {
        if (!message.isSettled())
            message.ack();
    }
}

void Inbox::keepAcking()
{
    m_acksAtOnce = true;
    ackAll();
}

QString textOf(const Message &message)
{
    const QString text = message.body().toString();
    return message.isRedelivered() ? text + QLatin1Char('!') : text;
}

QString textsOf(const QList<Message> &messages)
{
    QStringList texts;
    for (const Message &message : messages)
        texts.append(textOf(message));
    return texts.join(QLatin1Char(' '));
}

} // namespace QombuTest

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/amqpsession.h"

#include <QMap>

namespace QombuTest {

// A session whose server says whatever it is given, and all that came of it.
class FuzzedSession
{
public:
    enum Kind {
        Greeting, // nothing was said yet
        Open, // openEverything()
    };
    explicit FuzzedSession(Kind kind);

    void hear(QByteArrayView piece);
    // Events, the end and what was written, as texts.
    QByteArrayList heard() const { return m_heard + QByteArrayList{m_output}; }
    void checkPromises(qsizetype bytes); // after so many bytes in all

private:
    void openEverything();
    void take(const Qombu::Amqp::Step &step);
    void checkOutput() const;

    Qombu::Amqp::AmqpSession m_session;
    const qsizetype m_allocatedBefore;
    QByteArrayList m_heard;
    QByteArray m_output;
    Qombu::Error m_fatal;
    QMap<int, int> m_unanswered; // requests, by channel
    qsizetype m_bodyBytes = 0;
    qsizetype m_mostAllocated = 0; // by the session and what it says
};

} // namespace QombuTest

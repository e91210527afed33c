// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"

#include <QJsonArray>
#include <QJsonObject>

// The two sides of an interoperability test on one Redis: Kombu in Python, and our program.
class Peers
{
public:
    explicit Peers(QombuTest::BrokerProcess &broker)
        : m_broker(broker)
    {
    }

    // Debian's, or that of the environment with the newest Kombu, which tests/interop/newest makes.
    static QString python();
    // kombupeer.py with its one argument.
    QombuTest::Program kombu(const QString &work, const QJsonObject &specification) const;
    // Our program; words are split at '|'.
    QombuProgram qombu(const QByteArray &words, const QByteArray &input = {}) const;

private:
    QombuTest::BrokerProcess &m_broker;
};

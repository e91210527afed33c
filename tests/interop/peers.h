// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/qombuprogram.h"

#include <QJsonArray>
#include <QJsonObject>

#include <chrono>
#include <functional>

// The two sides of an interoperability test on one broker: Kombu in Python, and our program.
class Peers
{
public:
    template<typename Broker>
    explicit Peers(Broker &broker)
        : m_url([&broker] { return broker.url(); })
    {
    }

    // Debian's, or that of the environment with the newest Kombu, which tests/interop/newest makes.
    static QString python();
    // kombupeer.py with its one argument.
    QombuTest::Program kombu(const QString &work, const QJsonObject &specification) const;
    // A worker of celeryapp.py, and a program that sends it a task with this id.
    QombuTest::Program celeryWorker() const;
    QombuTest::Program celery(const QString &task, std::chrono::seconds countdown = {}) const;
    // Our program; words are split at '|'.
    QombuProgram qombu(const QByteArray &words, const QByteArray &input = {}) const;

private:
    QombuTest::Program celeryPython(const QStringList &arguments) const;

    const std::function<QString()> m_url;
};

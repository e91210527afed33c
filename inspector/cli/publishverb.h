// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messagesource.h"
#include "verb.h"

#include <Qombu/producer.h>

// "publish": sends what it is given and waits until the broker has all of it.
class PublishVerb : public Verb
{
public:
    QString name() const override { return QStringLiteral("publish"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("[BODY | --file F | --lines F|-]"); }
    bool changesBroker() const override { return true; }
    void addOptions(QCommandLineParser &parser) const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;

private:
    UsageError readTarget(const QCommandLineParser &parser);
    UsageError readFormat(const QCommandLineParser &parser);
    UsageError readBody(const QCommandLineParser &parser, const QStringList &positional);
    UsageError readProperties(const QCommandLineParser &parser);
    void fill(Session &session);
    void settled(Session &session, const Qombu::Error &error);

    QString m_queue;
    Qombu::PublishOptions m_options;
    MessageSource::Format m_format = MessageSource::Json;
    std::unique_ptr<MessageSource> m_source;
    std::unique_ptr<Qombu::Producer> m_producer;
    qint64 m_sent = 0;
    qint64 m_confirmed = 0;
    qint64 m_failed = 0;
    Qombu::Error m_error; // the first one
    bool m_exhausted = false;
};

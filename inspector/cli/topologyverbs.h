// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "target.h"
#include "verb.h"

#include <Qombu/channel.h>

#include <functional>

// A verb that is one request to a Channel and one answer: "declare-queue" and its like.
class TopologyVerb : public Verb
{
public:
    enum Options {
        NoOptions,
        QueueOptions,
        TypeOption,
        BindingOptions,
        QueueConditions,
        ExchangeConditions
    };
    struct Request
    {
        QString subject; // the positional argument
        ExchangeArguments exchange;
        bool toExchange = false; // the subject of a binding is an exchange
        Qombu::ExchangeType type = Qombu::ExchangeType::Direct;
        QVariantMap arguments; // of what is declared
        Qombu::RemoveOptions conditions;
    };
    // Sends the request, answers with what to print.
    using Run = std::function<void(Session &, Qombu::Channel &, const Request &)>;

    // The example begins with the verb's name.
    TopologyVerb(const QString &example, const QString &summary, const QString &subject,
                 Options options, Run run);

    QString name() const override { return m_name; }
    QString example() const override { return m_example; }
    QString summary() const override { return m_summary; }
    QString synopsis() const override { return m_subject; }
    bool changesBroker() const override { return true; }
    QList<QCommandLineOption> options() const override;
    QStringList requiredOptions() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;

private:
    const QString m_name;
    const QString m_example;
    const QString m_summary;
    const QString m_subject;
    const Options m_options;
    const Run m_run;
    Request m_request;
};

std::vector<std::unique_ptr<Verb>> topologyVerbs();

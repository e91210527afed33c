// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "listverb.h"

#include <Qombu/inventory.h>

// "peek": shows waiting messages, and says before what that changes.
class PeekVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("peek"); }
    QString example() const override { return QStringLiteral("peek orders --limit 5"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("QUEUE"); }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;

protected:
    void ask(Session &session, Qombu::Browser &browser) override;

private:
    bool mayLook(Session &session, const Qombu::PeekPlan &plan) const;
    void look(Session &session, Qombu::Browser &browser, qint64 waiting);
    void tellWhyEmpty(Session &session);
    void show(Session &session, const QList<Qombu::Message> &messages, qint64 waiting) const;

    Qombu::PeekRequest m_request;
    qint64 m_limit = 100;
};

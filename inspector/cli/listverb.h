// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

#include <Qombu/browser.h>

// A verb that only looks: prints rows and ends.
class ListVerb : public Verb
{
public:
    bool changesBroker() const override { return false; }
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;

protected:
    virtual void ask(Session &session, Qombu::Browser &browser) = 0;
    struct Row
    {
        QVariantMap object; // for --json
        QStringList cells; // for people
    };
    struct Column
    {
        enum Presence { Always, IfKnown }; // IfKnown: where a row has something in it
        QString title;
        Presence presence = Always;
    };
    static void tellTruncation(bool isTruncated);
    // Nothing was found in a queue: says so where it is not there, else calls isThere().
    static void tellWhyNothing(Session &session, const QString &queue,
                               const std::function<void()> &isThere);
    static QString keysOf(const Row &row)
    {
        return QStringList(row.object.keys()).join(QLatin1String(", "));
    }
    static void printTable(Output &output, const QList<Column> &columns,
                           const std::vector<Row> &rows);
    void print(Session &session, const QList<Column> &columns, const std::vector<Row> &rows);

private:
    std::unique_ptr<Qombu::Browser> m_browser;
};

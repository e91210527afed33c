// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "verb.h"

#include <Qombu/definitions.h>

// Writes what is declared at a broker into a file, and declares what stands in one.
class DefinitionsVerb : public Verb
{
public:
    QString name() const override { return QStringLiteral("definitions"); }
    QString example() const override { return QStringLiteral("definitions export shop.json"); }
    QString summary() const override;
    QString synopsis() const override { return QStringLiteral("export [FILE] | import FILE"); }
    bool changesBroker() const override { return m_isImport; }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;
    void start(Session &session) override;

private:
    UsageError readFile();
    void exportNow(Session &session);
    void importIfSafe(Session &session);
    void importNow(Session &session);
    void take(Session &session, const QByteArray &json);
    void tellImported(Session &session);

    std::unique_ptr<Qombu::Definitions> m_definitions;
    QString m_path; // "-": stdin or stdout
    QByteArray m_json; // to be imported
    bool m_isImport = false;
    bool m_mayReplace = false; // a file; what holds at the broker
};

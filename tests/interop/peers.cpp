// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"

#include <QJsonDocument>

// Debian's Python modules are seen by Debian's Python only.
QString Peers::python()
{
    return qEnvironmentVariable("QOMBU_INTEROP_PYTHON", QStringLiteral("/usr/bin/python3"));
}

QombuTest::Program Peers::kombu(const QString &work, const QJsonObject &specification) const
{
    const QString script = QStringLiteral(QOMBU_INTEROP_FOLDER "/kombupeer.py");
    const QByteArray argument = QJsonDocument(specification).toJson(QJsonDocument::Compact);
    return QombuTest::Program(python(), {script, work, m_url(), QString::fromUtf8(argument)});
}

QombuProgram Peers::qombu(const QByteArray &words, const QByteArray &input) const
{
    const QStringList globals{QStringLiteral("--url"), m_url(), QStringLiteral("--json"),
                              QStringLiteral("--timeout"), QStringLiteral("20")};
    return QombuProgram(globals + QString::fromUtf8(words).split(QLatin1Char('|')), input);
}

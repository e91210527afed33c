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
    // Kombu takes options of TLS from the URL, or all of them as a map.
    const QString url = specification.contains(QLatin1String("ssl"))
        ? m_url().section(QLatin1Char('?'), 0, 0)
        : m_url();
    return QombuTest::Program(python(), {script, work, url, QString::fromUtf8(argument)});
}

// Where the broker is no database, results come back as messages.
QombuTest::Program Peers::celeryPython(const QStringList &arguments) const
{
    QStringList environment{QStringLiteral("QOMBU_TEST_BROKER=") + m_url(),
                            QStringLiteral("PYTHONPATH=" QOMBU_INTEROP_FOLDER),
                            QStringLiteral("PYTHONDONTWRITEBYTECODE=1"),
                            QStringLiteral("C_FORCE_ROOT=1")};
    if (m_url().startsWith(QLatin1String("amqp")))
        environment << QStringLiteral("QOMBU_TEST_BACKEND=rpc://");
    return QombuTest::Program(QStringLiteral("/usr/bin/env"),
                              environment + QStringList{python()} + arguments);
}

QombuTest::Program Peers::celeryWorker() const
{
    return celeryPython({QStringLiteral("-m"), QStringLiteral("celery"), QStringLiteral("-A"),
                         QStringLiteral("celeryapp"), QStringLiteral("worker"),
                         QStringLiteral("--pool"), QStringLiteral("solo"), QStringLiteral("-E"),
                         QStringLiteral("--loglevel"), QStringLiteral("INFO"),
                         QStringLiteral("--without-mingle")});
}

QombuTest::Program Peers::celery(const QString &task, std::chrono::seconds countdown) const
{
    QStringList arguments{QStringLiteral(QOMBU_INTEROP_FOLDER "/celeryapp.py"), task};
    if (countdown.count() > 0)
        arguments << QString::number(countdown.count());
    return celeryPython(arguments);
}

QombuProgram Peers::qombu(const QByteArray &words, const QByteArray &input) const
{
    const QStringList globals{QStringLiteral("--url"), m_url(), QStringLiteral("--json"),
                              QStringLiteral("--timeout"), QStringLiteral("20")};
    return QombuProgram(globals + QString::fromUtf8(words).split(QLatin1Char('|')), input);
}

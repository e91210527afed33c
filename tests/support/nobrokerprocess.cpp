// SPDX-License-Identifier: BSD-3-Clause
// In place of brokerprocess.cpp where Redis is not built: suites that serve every transport
// compile, and start none.
#include "support/brokerprocess.h"

namespace QombuTest {

void BrokerProcess::FreeContext::operator()(redisContext *) const {}

BrokerProcess::BrokerProcess(const QStringList &, const QString &) {}

BrokerProcess::~BrokerProcess() = default;

bool BrokerProcess::start()
{
    m_errorText = QStringLiteral("This build has no Redis");
    return false;
}

QString BrokerProcess::url(int) const
{
    return QString();
}

QString BrokerProcess::unixUrl(int) const
{
    return QString();
}

Qombu::Redis::RespValue BrokerProcess::command(const QList<QByteArray> &)
{
    return {};
}

qint64 BrokerProcess::integer(const QList<QByteArray> &)
{
    return -1;
}

QByteArray BrokerProcess::text(const QList<QByteArray> &)
{
    return QByteArray();
}

} // namespace QombuTest

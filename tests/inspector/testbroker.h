// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/browser.h>
#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtCore/quuid.h>
#include <QtTest/qtest.h>

// A broker in memory, of its own name, and a connection that stands for the world outside.
class TestBroker
{
public:
    TestBroker()
        : m_url(QStringLiteral("memory://") + QUuid::createUuid().toString(QUuid::Id128))
        , m_connection(Qombu::BrokerUrl(m_url))
        , m_producer(&m_connection)
        , m_browser(&m_connection)
    {
    }

    Qombu::BrokerUrl url() const { return Qombu::BrokerUrl(m_url); }
    Qombu::Connection *connection() { return &m_connection; }

    bool declare(const Qombu::Queue &queue)
    {
        return m_connection.defaultChannel()->declare(queue).wait().isOk();
    }

    bool publish(const QString &queue, const QVariant &body, Qombu::PublishOptions options = {})
    {
        options.routingKey = queue;
        return m_producer.publish(body, options).wait().isOk();
    }

    Qombu::Inventory inventory() { return m_browser.inventory().wait().valueOr({}); }

    qint64 ready(const QString &queue)
    {
        const Qombu::Inventory found = inventory();
        for (const Qombu::QueueRow &row : found.queues) {
            if (row.name == queue)
                return row.ready;
        }
        return -1;
    }

private:
    QString m_url;
    Qombu::Connection m_connection;
    Qombu::Producer m_producer;
    Qombu::Browser m_browser;
};

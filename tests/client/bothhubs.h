// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connectionoptions.h>
#include <Qombu/hub.h>

#include <QtCore/quuid.h>
#include <QtTest/qtest.h>

// For tests that run with the engine in this thread and in the I/O thread: global data
// "background".
inline void addBothHubs()
{
    QTest::addColumn<bool>("background");
    QTest::newRow("engine in this thread") << false;
    QTest::newRow("engine in the I/O thread") << true;
}

inline Qombu::ConnectionOptions onHub(bool background)
{
    Qombu::ConnectionOptions options;
    options.hub = background ? Qombu::Hub::background() : nullptr;
    return options;
}

// A broker of its own for every test function.
inline QString newBroker()
{
    return QStringLiteral("memory://") + QUuid::createUuid().toString(QUuid::Id128);
}

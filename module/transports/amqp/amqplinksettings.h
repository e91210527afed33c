// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/streamfactory.h"
#include "port/transport.h"
#include "transports/amqp/consuming/streamplaces.h"
#include "transports/amqp/fatalrequests.h"
#include "transports/amqp/management/managementsettings.h"
#include "transports/amqp/publishing/nativedelay.h"
#include "transports/amqp/wire/sessionsettings.h"

namespace Qombu::Amqp {

// What a link and its sockets need to know. A value.
struct AmqpLinkSettings
{
    SessionSettings session;
    MakeStream makeStream;
    ManagementSettings management;
    // As in LinkSetup.
    std::function<void(const AnswerCredentials &)> askCredentials = nullptr;
    std::shared_ptr<FatalRequests> fatal = std::make_shared<FatalRequests>();
    std::shared_ptr<StreamPlaces> streams = std::make_shared<StreamPlaces>();
    std::chrono::nanoseconds connectTimeout = std::chrono::seconds(5); // login included
    std::chrono::nanoseconds closeTimeout = std::chrono::seconds(3);
    bool confirmsPublishes = true;
    NativeDelay::Settings delay = {};
    QString insecure; // why the connection is not safe, though it is encrypted; empty: it is
    QStringList withoutEffect; // options of Kombu that were given and mean nothing here
};

} // namespace Qombu::Amqp

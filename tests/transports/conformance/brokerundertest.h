// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connection.h>

#include <memory>
#include <vector>

namespace QombuTest {

// One broker, reached in one way, that the conformance suite runs on. A transport adds a class of
// this kind and its rows in brokersUnderTest(). Test's thread.
class BrokerUnderTest
{
public:
    // Where brokers are right and yet not alike. What one can do at all is a Qombu::Capability.
    enum Quirk {
        NoQuirks = 0x0,
        RequeuesToTheEnd = 0x1, // behind what waits, and not to its old place
        LinksCannotBreak = 0x2, // nothing stands between the two that could break them
        CannotList = 0x4, // its protocol names no queue or exchange that one does not know
        UnknownIsRefused = 0x8, // a queue that is not there is an error, and not an empty one
        WindowsAddUp = 0x10, // a queue's consumer counts neither others nor what was held before
        LookingMarks = 0x20, // what was looked at is redelivered from then on
    };

    virtual ~BrokerUnderTest();
    virtual QString name() const = 0; // of its rows
    virtual int quirks() const = 0;
    virtual bool isOverTls() const { return false; }

    virtual QString start(); // once; what went wrong, if anything
    virtual void reset() = 0; // it is empty now
    virtual Qombu::BrokerUrl url() const = 0;
    virtual void adapt(Qombu::ConnectionOptions &options) const;

    // What is there. By default as a connection of ours sees it; better is a witness beside it.
    virtual qint64 ready(const QString &queue, Qombu::Connection *seer);
    virtual qint64 held(Qombu::Connection *seer);
    virtual QString waiting(const QString &queue, Qombu::Connection *seer); // next first: "a b!"

    // Without LinksCannotBreak: the same broker behind something that breaks links.
    virtual Qombu::BrokerUrl breakableUrl();
    virtual void stallRequests(); // the broker does not hear them
    virtual void stallAnswers(); // it does, and is not heard
    virtual void refuseLinks(); // those to come
    virtual void breakLinks(); // all of now
    virtual void mendLinks(); // until the next of these
};

// Those that this build has transports for, or those whose names begin with what is in
// QOMBU_BROKER_UNDER_TEST.
std::vector<std::unique_ptr<BrokerUnderTest>> brokersUnderTest();

} // namespace QombuTest

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/httpclient.h"

#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace Qombu::Amqp {

// Why the management API did not tell what it was asked for. A plain value that finds the sentence
// for a person: which it is, what to do, and what AMQP alone still tells.
struct ManagementRefusal
{
    QUrl base;
    bool isBaseGiven = false; // a person has said where it is
    QString user;
    bool isOwnUser = false; // not the one of the link
    QString virtualHost;

    // Nothing came.
    Error ofError(const Error &error, Hub::Duration timeout) const;
    // It said no. The reply code is its status; Error::NotFound, Error::Channel: only what was
    // asked for is not there, or refused, and all else is about the API as a whole.
    Error ofAnswer(const HttpAnswer &answer, const QVariant &json) const;
    Error ofText(const QByteArray &contentType) const; // it said something, but no JSON
    Error ofNowhere() const; // there is no such API
    Error ofStranger() const; // it is not RabbitMQ
    Error ofOtherBroker(const QString &there, const QString &here) const; // names of clusters
    Error ofSlow(Hub::Duration timeout) const;
    Error inDoubt(const Error &error) const; // of a change
    // It was not asked.
    Error ofBroker(const QString &product) const; // that has none
    Error ofTurnedOff() const;
    Error ofExternal() const; // the link has no password
    Error ofTooMany(int waiting) const;
    Error ofWaiting(Hub::Duration timeout) const;

private:
    Error about(Error::Kind kind, const QString &text, bool isRecoverable = false) const;
    Error ofUser(const QString &reason) const;
    Error ofTrouble(int status, const QString &reason) const;
    QString whereElse() const;
    QString place() const;
};

} // namespace Qombu::Amqp

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokerurl.h>
#include <Qombu/error.h>

namespace Qombu::Inspector {

// An error for the eyes of a person: one sentence, what to do, and the details to copy.
struct ErrorText
{
    QString sentence;
    QString advice;
    QString details; // never with a password
};

ErrorText describeError(const Error &error, const BrokerUrl &url);

// The broker's name for titles and lists: "redis://localhost:6379/0", without user or password.
QString brokerName(const BrokerUrl &url);
// "Redis", "the in-memory broker": the subject of a sentence.
QString brokerProduct(const BrokerUrl &url);
// Removes the password of url from a text, wherever it came from.
QString withoutPassword(QString text, const BrokerUrl &url);

} // namespace Qombu::Inspector

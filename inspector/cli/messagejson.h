// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/message.h>

#include <QVariantMap>

// Why a message cannot be shown as JSON: it could not be decoded, or holds what Python writes and
// JSON has not, such as NaN.
Qombu::Error whyUnreadable(const Qombu::Message &message);
// One message as the object that --json prints; with an error the body is the raw one.
QVariantMap messageObject(const Qombu::Message &message, const Qombu::Error &error);
// One message as a line for people: names, then the body.
QString messageLine(const Qombu::Message &message, const Qombu::Error &error);

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/message.h>

#include <QVariantMap>

// One message as the object that --json prints.
QVariantMap messageObject(const Qombu::Message &message, const Qombu::Error &error = {});
// One message as a line for people: names, then the body.
QString messageLine(const Qombu::Message &message, const Qombu::Error &error = {});

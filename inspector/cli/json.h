// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QByteArray>
#include <QString>
#include <QVariant>

// JSON as the library's own serializer reads and writes it: Kombu's dialect, numbers of any size.
Qombu::Result<QVariant> parseJson(const QByteArray &text);
Qombu::Result<QByteArray> writeJson(const QVariant &value);

// JSON that writeJson() made, for the eyes: letters instead of their \u escapes. What cannot be
// seen or would move the cursor stays escaped.
QString readableJson(const QByteArray &json);

// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/messagerates.h>

#include <QString>
#include <QVariantMap>

// How lists show what is known, and what is not: null in JSON, a dash for people; never 0.
QString unknownCell();

QString countCell(qint64 count); // -1: not known
QString countOrUnknown(qint64 count); // the word in place of the dash
QVariant countOrNull(qint64 count);
QString textCell(const QString &text); // empty: not known
QVariant textOrNull(const QString &text);
QString rateCell(double perSecond); // below 0: not known
QString bytesCell(qint64 bytes); // "1.5 MiB"
QString durationCell(std::chrono::milliseconds duration); // "3 d 4 h"; below 0: not known
QString yesCell(bool is); // a word, or nothing
QVariant timeOrNull(const QDateTime &time); // ISO 8601, UTC
QVariantMap ratesObject(const Qombu::MessageRates &rates);
QString jsonCell(const QVariantMap &map); // empty: a dash

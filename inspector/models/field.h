// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

namespace Qombu::Inspector {

// How the values of a column are written. Numbers below 0 are not known.
enum class FieldKind { Text, Count, Bytes, Rate, Flag, Moment, Table };

// One column of a table of records: how it is called, and what it shows of a record.
template<typename Row>
struct Field
{
    QString title;
    QString sample; // as wide as what it shows
    FieldKind kind = FieldKind::Text;
    QVariant (*value)(const Row &) = nullptr;
    QString hint = {}; // tool tip of the title
    QString (*warning)(const Row &) = nullptr; // a sentence; empty: nothing is wrong
    QString (*place)(const Row &) = nullptr; // where activating the cell leads
};

// What a table shows of its records. key: tells one from the others.
template<typename Row>
struct TableShape
{
    QList<Field<Row>> fields;
    QString (*key)(const Row &) = nullptr;
};

// What a view asks of a cell, made when it asks. whyUnknown: the tool tip of what is not known.
QVariant fieldCell(FieldKind kind, const QVariant &value, int role, const QString &whyUnknown);
Qt::Alignment fieldAlignment(FieldKind kind);
QString rateText(double perSecond); // "0.4", "1 204"
QString tableText(const QVariantMap &table); // "x-max-length: 100, x-queue-type: quorum"

} // namespace Qombu::Inspector

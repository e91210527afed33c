// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokernotice.h>
#include <Qombu/message.h>

// qqmlregistration.h alone is not enough for foreign types in Qt 6.4, and AUTOMOC needs each macro
// on a line of its own.
#include <QtQml/qqml.h>

// Names for QML of what the module calls otherwise: values that go out of signals, and
// enumerations.
namespace QombuQml {

struct MessageValue
{
    Q_GADGET
    QML_FOREIGN(Qombu::Message)
    QML_VALUE_TYPE(message)
};

struct ErrorValue
{
    Q_GADGET
    QML_FOREIGN(Qombu::Error)
    QML_VALUE_TYPE(brokerError)
};

struct BrokerNoticeValue
{
    Q_GADGET
    QML_FOREIGN(Qombu::BrokerNotice)
    QML_VALUE_TYPE(brokerNotice)
};

// BrokerNotice.Alarm, BrokerNotice.Lost …
namespace BrokerNoticeEnumerations {
Q_NAMESPACE
QML_FOREIGN_NAMESPACE(Qombu::BrokerNotice)
QML_NAMED_ELEMENT(BrokerNotice)
} // namespace BrokerNoticeEnumerations

// Qombu.Topic, Qombu.Persistent, Qombu.Auto …
namespace Enumerations {
Q_NAMESPACE
QML_FOREIGN_NAMESPACE(Qombu)
QML_NAMED_ELEMENT(Qombu)
} // namespace Enumerations

} // namespace QombuQml

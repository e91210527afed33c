// SPDX-License-Identifier: BSD-3-Clause
import QtQuick.Controls
import Qombu

ApplicationWindow {
    visible: true
    BrokerConnection { id: broker; url: "memory://example" }
    Consumer {
        connection: broker; queues: ["orders"]; active: true
        onMessageReceived: (message) => { label.text = message.body.id; message.ack() }
        onErrorOccurred: (error) => label.text = error.text
    }
    Producer { id: out; connection: broker; queue: "orders" }
    Label { id: label }
    Button { y: 40; text: "Send"; onClicked: out.publish({ id: 7 }) }
}
